package io.netbus.cortex.tasks;

import io.netbus.cortex.bridge.Mapping;
import io.netbus.cortex.fold.Command;
import io.netbus.cortex.fold.Decision;
import io.netbus.cortex.fold.Outcome;
import io.netbus.cortex.fold.Rows;
import io.netbus.event.StoredEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs a user's mapping over pages. Rows are immutable, so the overlay is a later version of them. */
final class TasksMapping implements Mapping<Rows<Task>> {

    private final TasksBridge bridge;

    TasksMapping(TasksBridge bridge) {
        this.bridge = bridge;
    }

    @Override
    public Mapping.Page page(Rows<Task> state, long timestampNanos) {
        return new Page(state, TaskEvents.at(timestampNanos));
    }

    private final class Page implements Mapping.Page {

        private final Instant at;
        private final List<TaskEvent> events = new ArrayList<>();
        private Rows<Task> rows;
        private boolean touched;

        Page(Rows<Task> rows, Instant at) {
            this.rows = rows;
            this.at = at;
        }

        @Override
        public void map(StoredEvent event) throws Exception {
            Rows<Task> rowsBefore = rows;
            int eventsBefore = events.size();
            Changes changes = new Changes(this);
            boolean mapped = false;
            try {
                bridge.map(event, changes);
                mapped = true;
            } finally {
                changes.end();
                if (!mapped) {
                    rows = rowsBefore;
                    events.subList(eventsBefore, events.size()).clear();
                }
            }
        }

        @Override
        public boolean isTouched() {
            return touched;
        }

        @Override
        public void appendTo(Command.Pending pending) {
            events.forEach(event -> pending.add(TaskEvents.encode(event)));
        }

        Optional<Task> find(long id) {
            touched = true;
            return Optional.ofNullable(rows.get(id));
        }

        Outcome apply(TaskEvent event) {
            touched = true;
            Decision decision = event.check(rows.get(event.id()));
            if (decision.applies()) {
                rows = event.applyTo(rows, at);
                events.add(event);
            }
            return decision.outcome();
        }
    }

    /** What one event's mapping is handed. */
    private static final class Changes implements TaskChanges {

        private final Page page;
        private final Thread thread = Thread.currentThread();
        private volatile boolean ended;

        Changes(Page page) {
            this.page = page;
        }

        void end() {
            ended = true;
        }

        @Override
        public Optional<Task> findById(long id) {
            return page().find(id);
        }

        @Override
        public Outcome create(long id, String title) {
            return page().apply(new TaskEvent.Created(id, title));
        }

        @Override
        public Outcome rename(long id, String title) {
            return page().apply(new TaskEvent.Renamed(id, title));
        }

        @Override
        public Outcome complete(long id) {
            return page().apply(new TaskEvent.Completed(id));
        }

        @Override
        public Outcome reopen(long id) {
            return page().apply(new TaskEvent.Reopened(id));
        }

        @Override
        public Outcome delete(long id) {
            return page().apply(new TaskEvent.Deleted(id));
        }

        private Page page() {
            if (ended || Thread.currentThread() != thread) {
                throw new IllegalStateException("changes were used outside the mapping they were handed to");
            }
            return page;
        }
    }
}
