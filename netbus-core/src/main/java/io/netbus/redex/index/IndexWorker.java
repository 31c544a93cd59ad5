package io.netbus.redex.index;

import io.netbus.redex.LogClosedException;
import io.netbus.redex.LogCursor;
import io.netbus.redex.RedexLog;
import io.netbus.worker.Worker;
import io.netbus.worker.WorkerRunner;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Follows the log on the index's thread, and publishes what it says. */
final class IndexWorker<K, V> implements Worker {

    /*
     * A turn reads some records, each into a new version, and publishes the last: readers see all of a record or nothing,
     * and a version that is published never changes. Versions share nearly all they hold.
     *
     * Who waits for a record counts itself in before it looks at the published version, and the worker publishes before it
     * looks at the count; both are volatile, so one of them sees the other.
     */
    private static final int TURN_RECORDS = 1024;
    private static final Duration LONGEST_WAIT = Duration.ofNanos(Long.MAX_VALUE);
    private static final Logger LOG = System.getLogger(IndexWorker.class.getName());

    /** Records that the projection could not read. */
    private record Bad(
            long count, long lastSequence, @Nullable String lastError) {}

    /** The end, and why it is not the log's or the user's. */
    private record Stop(@Nullable Throwable failure) {}

    private final RedexLog log;
    private final IndexProjection<K, V> projection;
    private final LogCursor cursor;
    private final long readySequence;

    private final Pending changes = new Pending(); // the worker's
    private IndexView<K, V> view; // the worker's
    private long next; // the worker's: the first record that is not in the view

    private volatile IndexView<K, V> published; // written by the worker, as is all below
    private volatile Bad bad = new Bad(0, -1, null);
    private volatile @Nullable Stop stop;

    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();

    private volatile @Nullable WorkerRunner runner; // written at the start
    private RedexLog.@Nullable Registration registration; // written at the start

    private IndexWorker(RedexLog log, IndexProjection<K, V> projection, IndexView<K, V> start, LogCursor cursor) {
        this.log = log;
        this.projection = projection;
        view = start;
        next = start.sequence();
        published = start;
        readySequence = log.nextSequence();
        this.cursor = cursor;
    }

    /** @param cursor stands at the first record that is not in the view; is closed with the worker */
    static <K, V> IndexWorker<K, V> start(
            RedexLog log, IndexProjection<K, V> projection, IndexView<K, V> start, LogCursor cursor) {
        IndexWorker<K, V> worker = new IndexWorker<>(log, projection, start, cursor);
        WorkerRunner runner = WorkerRunner.start(worker);
        worker.runner = runner;
        try {
            worker.registration = log.onAppend(runner::wake);
        } catch (LogClosedException e) {
            runner.close();
            throw e;
        }
        return worker;
    }

    IndexView<K, V> view() {
        return published;
    }

    /** See {@link LogIndex#awaitSequence}. */
    boolean awaitSequence(long sequence, Duration timeout) throws InterruptedException {
        if (published.sequence() > sequence) {
            return true;
        }
        WorkerRunner mine = runner;
        if (mine != null && mine.isCurrentThread()) {
            throw new IllegalStateException(
                    "a projection must not wait for its index: log=" + log.name() + ", sequence=" + sequence);
        }
        long nanos =
                timeout.isNegative() ? 0 : timeout.compareTo(LONGEST_WAIT) > 0 ? Long.MAX_VALUE : timeout.toNanos();
        waiting.incrementAndGet();
        try {
            return await(sequence, nanos);
        } finally {
            waiting.decrementAndGet();
        }
    }

    private boolean await(long sequence, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (true) {
                Stop end = stop; // looked at before the version: nothing is published after it
                if (published.sequence() > sequence) {
                    return true;
                }
                if (end != null) {
                    throw IndexStoppedException.of(log.name(), published.sequence(), end.failure());
                }
                if (left <= 0) {
                    return false;
                }
                left = progress.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    IndexStats stats(long restoredSequence) {
        Stop end = stop;
        IndexView<K, V> now = published;
        Bad skipped = bad;
        return new IndexStats(
                log.name(),
                state(end, now),
                Math.max(0, log.nextSequence() - now.sequence()),
                now.sequence(),
                restoredSequence,
                now.keys().size(),
                now.valueCount(),
                skipped.count(),
                skipped.lastSequence(),
                skipped.lastError(),
                end == null || end.failure() == null ? null : end.failure().toString());
    }

    private IndexStats.State state(@Nullable Stop end, IndexView<K, V> now) {
        if (end != null) {
            return end.failure() == null ? IndexStats.State.CLOSED : IndexStats.State.FAILED;
        }
        return now.sequence() >= readySequence ? IndexStats.State.READY : IndexStats.State.CATCHING_UP;
    }

    void close() {
        if (registration != null) {
            registration.close();
        }
        WorkerRunner mine = runner;
        if (mine != null) {
            mine.close();
        }
    }

    // --- the worker's

    @Override
    public String name() {
        return "index-" + log.name();
    }

    @Override
    public int doWork() {
        WorkerRunner mine = runner;
        if (stop != null) {
            if (mine != null) {
                mine.close(); // from within: the thread ends after this
            }
            return 0;
        }
        int count = 0;
        try {
            count = cursor.read(this::apply, TURN_RECORDS);
        } catch (LogClosedException e) {
            publish();
            stop(null);
            return 1;
        } catch (Throwable e) {
            publish();
            stop(e);
            return 1;
        }
        if (count > 0) {
            publish();
        }
        return count;
    }

    @Override
    public boolean hasWork() {
        return stop == null && cursor.position() < log.nextSequence();
    }

    @Override
    public void onStop() {
        stop(null);
        cursor.close();
    }

    private boolean apply(long sequence, long timestampNanos, ByteBuffer payload) {
        changes.list.clear();
        try {
            projection.project(sequence, timestampNanos, payload, changes);
            IndexView<K, V> changed = view;
            for (Change<K, V> change : changes.list) {
                changed = change.insert()
                        ? changed.inserted(change.key(), change.value())
                        : changed.removed(change.key(), change.value());
            }
            view = changed;
        } catch (OutOfMemoryError e) {
            throw e; // says nothing of the record
        } catch (Throwable e) {
            skip(sequence, e);
        }
        next = sequence + 1;
        return true;
    }

    private void skip(long sequence, Throwable cause) {
        if (bad.count() == 0) {
            LOG.log(
                    Level.WARNING,
                    "record cannot be indexed and is skipped, others are counted: log=" + log.name() + ", sequence="
                            + sequence,
                    cause);
        }
        bad = new Bad(bad.count() + 1, sequence, cause.toString());
    }

    private void publish() {
        view = view.at(next);
        published = view;
        wakeWaiting();
    }

    private void stop(@Nullable Throwable failure) {
        if (stop != null) {
            return;
        }
        if (failure != null) {
            LOG.log(Level.ERROR, "index cannot go on: log=" + log.name() + ", nextSequence=" + next, failure);
        }
        stop = new Stop(failure);
        wakeWaiting();
    }

    private void wakeWaiting() {
        if (waiting.get() > 0) {
            lock.lock();
            try {
                progress.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private record Change<K, V>(boolean insert, K key, V value) {}

    /** What the record in hand changes. */
    private final class Pending implements IndexProjection.Changes<K, V> {

        private final List<Change<K, V>> list = new ArrayList<>();

        @Override
        public void insert(K key, V value) {
            add(true, key, value);
        }

        @Override
        public void remove(K key, V value) {
            add(false, key, value);
        }

        private void add(boolean insert, K key, V value) {
            list.add(new Change<>(insert, Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value")));
        }
    }
}
