package io.netbus.cortex.tasks;

import io.netbus.cortex.fold.Decision;
import io.netbus.cortex.fold.Rows;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to a task; the one place that says when it may and what it does. Commands, mappings and the fold all
 * ask here, so what was promised to a writer is what a replay will find.
 */
sealed interface TaskEvent {

    long id();

    /** Whether it may happen to a row; null if there is no task of the id. */
    Decision check(@Nullable Task row);

    /** The row after it; null if there is none. Called only where {@link #check} applies. */
    @Nullable
    Task change(@Nullable Task row, Instant at);

    /** The rows after it: the same if it may not happen to them. */
    default Rows<Task> applyTo(Rows<Task> rows, Instant at) {
        Task row = rows.get(id());
        if (!check(row).applies()) {
            return rows;
        }
        Task changed = change(row, at);
        return changed == null ? rows.remove(id()) : rows.put(id(), changed);
    }

    private static Task existing(@Nullable Task row) {
        if (row == null) {
            throw new IllegalStateException("no such task");
        }
        return row;
    }

    private static Decision unknown() {
        return Decision.rejected("no such task");
    }

    /** Adds a pending task. */
    record Created(long id, String title) implements TaskEvent {

        public Created {
            TaskTitles.require(title);
        }

        @Override
        public Decision check(@Nullable Task row) {
            return row == null ? Decision.APPLY : Decision.rejected("task exists already");
        }

        @Override
        public Task change(@Nullable Task row, Instant at) {
            return new Task(id, title, TaskStatus.PENDING, at, at);
        }
    }

    /** Gives it another title. */
    record Renamed(long id, String title) implements TaskEvent {

        public Renamed {
            TaskTitles.require(title);
        }

        @Override
        public Decision check(@Nullable Task row) {
            if (row == null) {
                return unknown();
            }
            return row.title().equals(title) ? Decision.noOp("task has this title already") : Decision.APPLY;
        }

        @Override
        public Task change(@Nullable Task row, Instant at) {
            return existing(row).withTitle(title, at);
        }
    }

    /** Ends it. */
    record Completed(long id) implements TaskEvent {

        @Override
        public Decision check(@Nullable Task row) {
            if (row == null) {
                return unknown();
            }
            return row.status() == TaskStatus.COMPLETED ? Decision.noOp("task is completed already") : Decision.APPLY;
        }

        @Override
        public Task change(@Nullable Task row, Instant at) {
            return existing(row).withStatus(TaskStatus.COMPLETED, at);
        }
    }

    /** Takes its end back. */
    record Reopened(long id) implements TaskEvent {

        @Override
        public Decision check(@Nullable Task row) {
            if (row == null) {
                return unknown();
            }
            return row.status() == TaskStatus.PENDING ? Decision.noOp("task is pending already") : Decision.APPLY;
        }

        @Override
        public Task change(@Nullable Task row, Instant at) {
            return existing(row).withStatus(TaskStatus.PENDING, at);
        }
    }

    /** Removes it. */
    record Deleted(long id) implements TaskEvent {

        @Override
        public Decision check(@Nullable Task row) {
            return row == null ? unknown() : Decision.APPLY;
        }

        @Override
        public @Nullable Task change(@Nullable Task row, Instant at) {
            return null;
        }
    }
}
