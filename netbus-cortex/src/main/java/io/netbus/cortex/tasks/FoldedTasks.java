package io.netbus.cortex.tasks;

import io.netbus.cortex.envelope.ModelEvent;
import io.netbus.cortex.fold.Decision;
import io.netbus.cortex.fold.Fold;
import io.netbus.cortex.fold.Rows;
import io.netbus.cortex.fold.WriteResult;
import io.netbus.cortex.watch.Watches;
import io.netbus.event.Durability;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;

/** The tasks over their fold. */
final class FoldedTasks implements TasksRepository {

    private final Fold<Rows<Task>> fold;
    private final Watches<Rows<Task>> watches;
    private final Durability level;

    FoldedTasks(Fold<Rows<Task>> fold, Watches<Rows<Task>> watches, Durability level) {
        this.fold = fold;
        this.watches = watches;
        this.level = level;
    }

    @Override
    public WriteResult create(long id, String title) {
        return write(new TaskEvent.Created(id, title));
    }

    @Override
    public WriteResult rename(long id, String title) {
        return write(new TaskEvent.Renamed(id, title));
    }

    @Override
    public WriteResult complete(long id) {
        return write(new TaskEvent.Completed(id));
    }

    @Override
    public WriteResult reopen(long id) {
        return write(new TaskEvent.Reopened(id));
    }

    @Override
    public WriteResult delete(long id) {
        return write(new TaskEvent.Deleted(id));
    }

    @Override
    public TasksRepository withDurability(Durability wanted) {
        return wanted == level ? this : new FoldedTasks(fold, watches, wanted);
    }

    @Override
    public Optional<Task> findById(long id) {
        return Optional.ofNullable(fold.read().get(id));
    }

    @Override
    public List<Task> find(TaskQuery query) {
        return new TaskSearch(query).apply(fold.read());
    }

    @Override
    public long count(TaskQuery query) {
        return new TaskSearch(query).count(fold.read());
    }

    @Override
    public boolean exists(TaskQuery query) {
        return new TaskSearch(query).exists(fold.read());
    }

    @Override
    public Flux<List<Task>> watch(TaskQuery query) {
        return watches.watch(new TaskSearch(query));
    }

    private WriteResult write(TaskEvent event) {
        ModelEvent encoded = TaskEvents.encode(event); // before the turn is taken, which is for deciding
        return fold.write(
                (rows, pending) -> {
                    Decision decision = event.check(rows.get(event.id()));
                    if (decision.applies()) {
                        pending.add(encoded);
                    }
                    return decision;
                },
                level == Durability.FSYNCED);
    }
}
