package io.netbus.cortex;

import io.netbus.consume.EventSource;
import io.netbus.cortex.bridge.Bridge;
import io.netbus.cortex.bridge.BridgeStats;
import io.netbus.cortex.bridge.QuarantinedSourceEvent;
import io.netbus.cortex.fold.FoldStats;
import io.netbus.cortex.fold.QuarantinedEvent;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.cortex.tasks.TasksModel;
import io.netbus.cortex.tasks.TasksRepository;
import io.netbus.cortex.watch.WatchThread;
import io.netbus.redex.Redex;
import io.netbus.redex.Retention;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The models of an application, over the logs of one {@link Redex}.
 * <pre>{@code
 * try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults());
 *         Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
 *     cortex.tasks().create(1, "write it down");
 *     List<Task> open = cortex.tasks().find(TaskQuery.all().status(TaskStatus.PENDING));
 * }
 * }</pre>
 * <b>Threads:</b> any. The {@code Redex} stays its owner's to close, after this.
 */
public final class Cortex implements AutoCloseable {

    private final WatchThread watchers;
    private final TasksModel tasks;
    private final List<Bridge> bridges = new ArrayList<>(); // guarded by itself
    private boolean closed; // guarded by bridges

    private Cortex(WatchThread watchers, TasksModel tasks) {
        this.watchers = watchers;
        this.tasks = tasks;
    }

    /**
     * Opens the models and returns when each has folded what is in its log. A model whose log cannot be read is halted,
     * which {@link #folds()} tells and every use of it.
     *
     * @throws io.netbus.redex.RedexException if a log cannot be opened at all
     */
    public static Cortex open(Redex redex, CortexConfig config) {
        WatchThread watchers = WatchThread.start();
        try {
            TasksModel tasks = TasksModel.open(
                    redex.log(TasksModel.LOG_NAME, redex.logDefaults().withRetention(Retention.all())),
                    config.clock(),
                    watchers);
            return new Cortex(watchers, tasks);
        } catch (Throwable e) {
            watchers.close();
            throw e;
        }
    }

    /** The tasks; always the same instance. */
    public TasksRepository tasks() {
        return tasks.repository();
    }

    /**
     * Starts carrying a channel's events into the tasks, from where the bridge of that name has come before, else from
     * the first event kept. Ends by its own close or by this one's.
     *
     * @param source the channel, or another source of the same events as before
     * @throws IllegalArgumentException if an open bridge has the name, or it is not a name
     * @throws IllegalStateException after close
     */
    public Bridge bridge(TasksBridge mapping, EventSource source) {
        synchronized (bridges) {
            if (closed) {
                throw new IllegalStateException("cortex is closed: bridge=" + mapping.name());
            }
            bridges.removeIf(Bridge::isClosed);
            if (bridges.stream().anyMatch(bridge -> bridge.name().equals(mapping.name()))) {
                throw new IllegalArgumentException("a bridge of this name is open: bridge=" + mapping.name());
            }
            Bridge bridge = Bridge.start(mapping.name(), source, tasks.fold(), tasks.mapping(mapping));
            bridges.add(bridge);
            return bridge;
        }
    }

    /** The open bridge of that name, for those who wait for what it carries; empty if there is none. */
    public Optional<Bridge> bridge(String name) {
        synchronized (bridges) {
            return bridges.stream()
                    .filter(bridge -> !bridge.isClosed() && bridge.name().equals(name))
                    .findFirst();
        }
    }

    /** The models' numbers, by ascending name. */
    public List<FoldStats> folds() {
        return List.of(tasks.fold().stats());
    }

    /** The open bridges' numbers, in the order they were started. */
    public List<BridgeStats> bridges() {
        return openBridges().stream().map(Bridge::stats).toList();
    }

    /** The model events that could not be folded, oldest first; only the newest 100 of a model are kept. */
    public List<QuarantinedEvent> quarantined() {
        return tasks.fold().quarantined();
    }

    /** The source events that could not be mapped, by bridge, oldest first; only the newest 100 of each are kept. */
    public List<QuarantinedSourceEvent> quarantinedSourceEvents() {
        return openBridges().stream()
                .flatMap(bridge -> bridge.quarantined().stream())
                .toList();
    }

    /**
     * Completes every watcher that is open now, so that its client can go; new ones may be made at once. For an orderly
     * stop that must not wait for streams without an end. Returns before they have completed.
     */
    public void completeWatchers() {
        watchers.completeAll();
    }

    /** Ends the bridges, folds every log to its end, and completes the watchers, in this order. Idempotent. */
    @Override
    public void close() {
        List<Bridge> open;
        synchronized (bridges) {
            closed = true;
            open = List.copyOf(bridges);
        }
        open.forEach(Bridge::close);
        tasks.close();
        watchers.close();
    }

    private List<Bridge> openBridges() {
        synchronized (bridges) {
            return bridges.stream().filter(bridge -> !bridge.isClosed()).toList();
        }
    }
}
