package io.netbus.cortex.watch;

import io.netbus.cortex.fold.Fold;
import io.netbus.worker.Worker;
import io.netbus.worker.WorkerRunner;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The thread {@code netbus-watch}, which feeds all watchers of the folds it is told of.
 * <p>
 * <b>Threads:</b> all methods may be called from any thread.
 */
public final class WatchThread implements AutoCloseable {

    private static final int SIGNALS_PER_TURN = 256;

    private final Queue<Signal> signals = new ConcurrentLinkedQueue<>();
    private final List<Watches<?>> all = new CopyOnWriteArrayList<>();
    private final Completion completion = new Completion();
    private final WorkerRunner runner;

    private volatile boolean stopped; // written by the thread

    private WatchThread() {
        runner = WorkerRunner.start(new Loop());
    }

    /** Starts the thread. */
    public static WatchThread start() {
        return new WatchThread();
    }

    /** Makes a fold watchable. */
    public <S> Watches<S> watch(Fold<S> fold) {
        Watches<S> watches = new Watches<>(this, fold);
        all.add(watches);
        return watches;
    }

    /**
     * Gives every watcher that asked for more the last state, completes all, and ends the thread. Who subscribes later
     * is completed at once. Idempotent.
     */
    @Override
    public void close() {
        runner.close();
    }

    /**
     * Soon gives every watcher that asked for more the newest state and completes all that are there by then; later
     * ones are not touched.
     */
    public void completeAll() {
        enqueue(completion);
    }

    /** Has a signal handled soon; signals that wait already are not added twice. */
    void enqueue(Signal signal) {
        if (signal.announce()) {
            signals.add(signal);
            if (stopped) {
                handleLate();
            } else {
                runner.wake();
            }
        }
    }

    boolean isStopped() {
        return stopped;
    }

    /** The thread has gone: whoever comes now does its work, which is to end what is left. */
    private synchronized void handleLate() {
        for (Signal signal = signals.poll(); signal != null; signal = signals.poll()) {
            signal.handle();
        }
    }

    private final class Completion extends Signal {
        @Override
        void look() {
            all.forEach(Watches::completeAll);
        }
    }

    private final class Loop implements Worker {

        @Override
        public String name() {
            return "watch";
        }

        @Override
        public int doWork() {
            int handled = 0;
            while (handled < SIGNALS_PER_TURN) {
                Signal signal = signals.poll();
                if (signal == null) {
                    break;
                }
                handled++;
                signal.handle();
            }
            return handled;
        }

        @Override
        public boolean hasWork() {
            return !signals.isEmpty();
        }

        @Override
        public void onStop() {
            while (doWork() > 0) {
                Thread.onSpinWait();
            }
            all.forEach(Watches::completeAll);
            stopped = true;
            handleLate();
        }
    }
}
