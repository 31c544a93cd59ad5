package io.netbus.cortex.bridge;

import io.netbus.consume.Cursor;
import io.netbus.consume.EventSource;
import io.netbus.cortex.fold.Fold;
import io.netbus.cortex.fold.FoldHaltedException;
import io.netbus.worker.WorkerRunner;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Carries the events of a channel into a model, from where the model's log says it has come.
 * <p>
 * <b>Exactly once:</b> model events and the place in the source are one batch of the model's log, appended only after
 * the source's events up to that place survive a power cut. So a crash between any two steps neither loses nor doubles.
 * Pages whose events touch nothing in the model leave no trace for up to 10,000 events, and are read again after a
 * crash.
 * <p>
 * <b>Retention:</b> while it is open, a bridge holds what it would have to read again after a power cut: the source's events
 * behind the newest place that is forced in the model's log. The hold's owner is {@code bridge:<name>}. Events that are
 * gone all the same, taken by a hard limit that breaks holds or while no bridge was open, are counted in {@link
 * BridgeStats#lost()}, logged once, and passed over. A bridge that has failed keeps its hold until it is closed.
 * <p>
 * <b>Errors:</b> an event whose mapping throws is counted, kept in {@link #quarantined()} and passed over. While the
 * source fails the bridge tries again, after a pause of 0.1 to 10 s. <b>Threads:</b> any.
 */
public final class Bridge implements AutoCloseable {

    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(30);

    private static final Logger LOG = System.getLogger(Bridge.class.getName());

    private final Fold<?> fold;
    private final BridgeWorker<?> worker;
    private final WorkerRunner runner;
    private final Runnable foldHint;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();

    private final AtomicInteger waiters = new AtomicInteger();

    private <S> Bridge(String name, EventSource source, Fold<S> fold, Mapping<S> mapping) {
        this.fold = fold;
        worker = new BridgeWorker<>(name, source, fold, mapping, this::progressed);
        runner = WorkerRunner.start(worker);
        worker.wakeWith(runner::wake);
        foldHint = fold.onChange(this::progressed);
    }

    /**
     * Starts a bridge.
     *
     * @param name what its place is remembered by in the model's log
     * @throws IllegalArgumentException if the name is not one
     */
    public static <S> Bridge start(String name, EventSource source, Fold<S> fold, Mapping<S> mapping) {
        return new Bridge(name, source, fold, mapping);
    }

    /** Its name. */
    public String name() {
        return worker.bridge();
    }

    /**
     * Waits until every source event before {@code reached} is handled and what it changed is visible.
     *
     * @return false if the time is over first, the bridge is closed, or the thread is interrupted, which is kept
     * @throws FoldHaltedException if the model is halted
     * @throws BridgeFailedException if the bridge cannot go on
     * @throws IllegalArgumentException if the cursor is of another channel
     * @throws IllegalStateException if called by the bridge's own thread
     */
    public boolean await(Cursor reached, Duration timeout) {
        if (runner.isCurrentThread()) {
            throw new IllegalStateException("a bridge cannot wait for itself: bridge=" + name());
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        lock.lock();
        try {
            waiters.incrementAndGet();
            while (true) {
                fold.read(); // throws if the model is halted
                if (worker.hasHandled(reached)) {
                    return true;
                }
                worker.throwIfFailed();
                long left = deadline - System.nanoTime();
                if (left <= 0 || worker.isClosed()) {
                    return false;
                }
                progress.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return worker.hasHandled(reached);
        } finally {
            waiters.decrementAndGet();
            lock.unlock();
        }
    }

    /** The source events that could not be mapped, oldest first; only the newest 100 are kept. */
    public List<QuarantinedSourceEvent> quarantined() {
        return worker.quarantined();
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        return worker.isClosed();
    }

    /** Numbers of this moment. */
    public BridgeStats stats() {
        return worker.stats();
    }

    /** Stores its place after the page in hand, forced, and ends. Waits at most 30 s for a mapping. Idempotent. */
    @Override
    public void close() {
        if (!runner.close(LONGEST_CLOSE)) {
            LOG.log(Level.WARNING, "bridge has not ended yet, it may be in its mapping: bridge=" + name());
        }
        foldHint.run();
    }

    private void progressed() {
        if (waiters.get() > 0) {
            lock.lock();
            try {
                progress.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
