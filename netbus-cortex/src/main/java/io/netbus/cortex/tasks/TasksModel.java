package io.netbus.cortex.tasks;

import io.netbus.cortex.bridge.Mapping;
import io.netbus.cortex.fold.Fold;
import io.netbus.cortex.fold.Rows;
import io.netbus.cortex.watch.WatchThread;
import io.netbus.event.Durability;
import io.netbus.redex.RedexLog;
import java.time.Clock;

/** The parts of the tasks, for those who put models together. Everybody else starts at {@link TasksRepository}. */
public final class TasksModel implements AutoCloseable {

    /** The log the tasks are kept in. */
    public static final String LOG_NAME = "cortex/tasks";

    private static final String NAME = "tasks";

    private final Fold<Rows<Task>> fold;
    private final TasksRepository repository;

    private TasksModel(Fold<Rows<Task>> fold, WatchThread watchers) {
        this.fold = fold;
        this.repository = new FoldedTasks(fold, watchers.watch(fold), Durability.FSYNCED);
    }

    /** Folds the log and returns when all of it is in the tasks, or the fold is halted. */
    public static TasksModel open(RedexLog log, Clock clock, WatchThread watchers) {
        return new TasksModel(Fold.open(log, TaskEvents.model(NAME), clock), watchers);
    }

    /** The users' side; always the same. */
    public TasksRepository repository() {
        return repository;
    }

    /** What a bridge writes to. */
    public Fold<Rows<Task>> fold() {
        return fold;
    }

    /** What a bridge calls to run a user's mapping. */
    public Mapping<Rows<Task>> mapping(TasksBridge bridge) {
        return new TasksMapping(bridge);
    }

    /** Folds to the log's end and takes no more writes. Idempotent. */
    @Override
    public void close() {
        fold.close();
    }
}
