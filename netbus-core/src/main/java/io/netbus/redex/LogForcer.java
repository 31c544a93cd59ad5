package io.netbus.redex;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Forces a log, seals its full segments, and answers whoever waits for that.
 * <p>
 * <b>Threads:</b> whoever holds the lock forces: mostly the force thread, or an appender that would wait for it.
 */
final class LogForcer {

    /*
     * A force takes the waiters, then the end of the log, forces every segment up to there, and answers them all: as many
     * appenders as were waiting share one force. A thread that has to wait and finds nobody forcing does it itself, which
     * spares it two changes of threads; who finds somebody waits, and the force thread forces for all of those.
     *
     * What the tip of a segment vouches for was forced before the tip was written. Three rules tell an opening log what
     * may be missing. A tip says that the log ends there only while it does: the first append after opening takes that
     * back, by a force, before it writes. A segment's last tip, which says that another segment follows, is written only
     * after that one's head and name are forced. And segments are forced in order. So the forced part of a log ends at the
     * first open tip.
     */
    private static final long NOTHING_UNFORCED = 0;
    private static final long NEVER = Long.MAX_VALUE;

    private final LogState log;
    private final Runnable waker;
    private final long intervalNanos;
    private final long maxRecords;
    private final long maxBytes;
    private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();

    private final AtomicInteger unsealed = new AtomicInteger(); // full segments
    private volatile long unforcedSinceNanos = NOTHING_UNFORCED; // set by appenders, cleared by who forces
    private long appendedBytes; // under the log's lock, as the next two
    private long wakeAtSequence = NEVER;
    private long wakeAtBytes = NEVER;

    private final ReentrantLock forcing = new ReentrantLock();
    private long forcedBytes; // under the forcing lock
    private volatile long forcedSequence; // written under the forcing lock
    private volatile long lastForceNanos; // how long it took
    private volatile boolean closed;

    /** Someone who waits until all records below a sequence are forced. */
    private record Waiter(long nextSequence, CompletableFuture<Void> done) {}

    /** @param waker wakes the force thread */
    LogForcer(LogState log, Runnable waker) {
        this.log = log;
        this.waker = waker;
        ForcePolicy policy = log.config.forcePolicy();
        this.intervalNanos = policy instanceof ForcePolicy.Interval every
                ? every.interval().toNanos()
                : policy instanceof ForcePolicy.IntervalOrBytes either
                        ? either.interval().toNanos()
                        : NEVER;
        this.maxBytes = policy instanceof ForcePolicy.IntervalOrBytes either ? either.bytes() : NEVER;
        this.maxRecords = policy instanceof ForcePolicy.Every every ? every.records() : NEVER;
        forcedSequence = log.writtenSequence();
        moveTriggers(forcedSequence);
    }

    long forcedSequence() {
        return Math.min(forcedSequence, log.writtenSequence());
    }

    int unsealed() {
        return unsealed.get();
    }

    /** How long the oldest unforced record has waited; 0 if there is none. */
    long unforcedNanos() {
        long since = unforcedSinceNanos;
        return since == NOTHING_UNFORCED ? 0 : Math.max(0, System.nanoTime() - since);
    }

    /** How long the last force took; 0 before the first. */
    long lastForceNanos() {
        return lastForceNanos;
    }

    void wake() {
        waker.run();
    }

    // --- the appender, under the log's lock

    void appended(long nextSequence, int bytes) {
        appendedBytes += bytes;
        if (unforcedSinceNanos == NOTHING_UNFORCED) {
            unforcedSinceNanos = System.nanoTime() | 1; // never NOTHING_UNFORCED
        }
        if (nextSequence >= wakeAtSequence || appendedBytes >= wakeAtBytes) {
            moveTriggers(nextSequence);
            waker.run();
        }
    }

    /** A segment is full, and there is a next one. */
    void rolled() {
        unsealed.incrementAndGet();
        waker.run();
    }

    private void moveTriggers(long nextSequence) {
        wakeAtSequence = maxRecords == NEVER ? NEVER : nextSequence + maxRecords;
        wakeAtBytes = maxBytes == NEVER ? NEVER : appendedBytes + maxBytes;
    }

    void fail(Throwable cause) {
        log.fail(cause, forcedSequence);
        waker.run();
    }

    // --- waiting

    CompletionStage<Void> whenForced(long upTo) {
        if (upTo > log.writtenSequence()) {
            throw new IllegalArgumentException("sequence is beyond the log's end: log=" + log.name + ", asked=" + upTo
                    + ", nextSequence=" + log.writtenSequence());
        }
        if (upTo <= forcedSequence) {
            return CompletableFuture.completedFuture(null);
        }
        Waiter waiter = new Waiter(upTo, new CompletableFuture<>());
        waiters.add(waiter);
        if (closed) {
            answer(List.of(waiter)); // nobody else will
        } else {
            waker.run();
        }
        return waiter.done();
    }

    /** Returns when all records below a sequence are forced. */
    void await(long upTo) {
        if (upTo <= forcedSequence) {
            return;
        }
        if (unsealed.get() == 0 && log.isHealthy() && forcing.tryLock()) {
            try {
                if (isPlain(log.active())) {
                    forceAppended(true);
                }
            } finally {
                forcing.unlock();
            }
            if (!waiters.isEmpty()) {
                waker.run(); // their dependents are not this thread's business
            }
            if (upTo <= forcedSequence) {
                return;
            }
        }
        try {
            whenForced(upTo).toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RedexException told ? told : e;
        }
    }

    /** Whether a force is one call that knows no interrupts, as long as that is the last segment. */
    private boolean isPlain(Segment last) {
        return unsealed.get() == 0 && last.isNamed() && !closed;
    }

    // --- the force thread

    /** Whether someone waits for a force, or something has been unforced for too long. */
    boolean isForceDue(long nowNanos) {
        if (!waiters.isEmpty()) {
            return true;
        }
        if (!log.isHealthy()) {
            return false;
        }
        long since = unforcedSinceNanos;
        return unsealed.get() > 0
                || (since != NOTHING_UNFORCED
                        && (nowNanos - since >= intervalNanos
                                || log.writtenSequence() - forcedSequence >= maxRecords
                                || (maxBytes != NEVER && unforcedBytes() >= maxBytes)));
    }

    long unforcedBytes() {
        return Math.max(0, appendedBytes - forcedBytes); // a glimpse without the locks
    }

    /** Forces all that is appended by now and answers all who wait. */
    void force() {
        forcing.lock();
        try {
            List<Waiter> asking = new ArrayList<>();
            List<Waiter> served = new ArrayList<>(); // by another thread's force
            for (Waiter waiter = waiters.poll(); waiter != null; waiter = waiters.poll()) {
                (waiter.nextSequence() <= forcedSequence ? served : asking).add(waiter);
            }
            answer(served);
            if (!asking.isEmpty() || isForceDue(System.nanoTime())) {
                forceAppended();
                answer(asking);
            }
        } finally {
            forcing.unlock();
        }
    }

    private void forceAppended() {
        forceAppended(false);
    }

    /** @param onlyPlain whether to do nothing where that takes more than one call, because the log went on in a new segment */
    private void forceAppended(boolean onlyPlain) {
        unforcedSinceNanos = NOTHING_UNFORCED; // before looking at the end: an append after that look sets it again
        Segment[] all;
        long target;
        long bytes;
        SegmentTip tip;
        log.appending.lock();
        try {
            all = log.segments();
            target = log.writtenSequence();
            bytes = appendedBytes;
            tip = all[all.length - 1].tip(SegmentTip.State.OPEN);
        } finally {
            log.appending.unlock();
        }
        if (!log.isHealthy() || (target == forcedSequence && unsealed.get() == 0)) {
            return;
        }
        if (onlyPlain && (firstUnsealed(all) < all.length - 1 || !all[all.length - 1].isNamed())) {
            return; // to the force thread, which nobody interrupts: who asked waits for it
        }
        try {
            long start = System.nanoTime();
            forceSegments(all, tip);
            lastForceNanos = System.nanoTime() - start;
            forcedBytes = bytes;
            forcedSequence = target;
            sealSegments(all);
            if (all[all.length - 1].isWritable()) {
                all[all.length - 1].writeTip(tip); // forced by the next force
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private void forceSegments(Segment[] all, SegmentTip tip) throws IOException {
        boolean unnamed = false;
        int last = all.length - 1;
        for (int i = firstUnsealed(all); i <= last; i++) {
            unnamed |= all[i].force(i < last ? all[i].end() : tip.end());
        }
        if (unnamed) {
            log.store.forceDirectory(log.directory);
            for (int i = firstUnsealed(all); i <= last; i++) {
                all[i].nameForced();
            }
        }
    }

    /** Lets all but the last go. */
    private void sealSegments(Segment[] all) throws IOException {
        for (int i = firstUnsealed(all); i < all.length - 1; i++) {
            all[i].seal(SegmentTip.State.FOLLOWED, log.readers);
            unsealed.decrementAndGet();
            all[i].saveIndex();
        }
    }

    private static int firstUnsealed(Segment[] all) {
        int first = all.length - 1;
        while (first > 0 && all[first - 1].isWritable()) {
            first--;
        }
        return first;
    }

    /**
     * Forces a last time, leaves a file that says so and can be opened without being read, and answers all who wait. No
     * append may be in hand.
     */
    void finish() {
        forcing.lock();
        try {
            forceAppended();
            Segment active = log.active();
            if (active.isWritable() && log.isHealthy()) {
                active.seal(SegmentTip.State.END, log.readers);
                active.saveIndex();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        } finally {
            closed = true;
            answer(new ArrayList<>(waiters));
            forcing.unlock();
        }
    }

    /**
     * Cuts off the records from a sequence on, none of which readers have seen, and goes on in a segment of the next epoch.
     * By a thread that nobody interrupts.
     *
     * @param appender goes on from there
     * @param checkpoint takes the new segment's head
     * @throws IllegalArgumentException if records below that sequence were appended together with it; nothing is changed
     * @throws IOException if the disk fails; the log then only reads
     */
    void truncate(long sequence, LogAppender appender, HeadConsumer checkpoint) throws IOException {
        forcing.lock();
        try {
            forceAppended(); // all but the last segment are sealed then, and what stays is forced
            log.appending.lock();
            try {
                log.requireAppendable();
                LogTruncation truncation = LogTruncation.find(log, sequence);
                try {
                    appender.goOnFrom(truncation.run(checkpoint));
                } catch (IOException | RuntimeException | Error e) {
                    fail(e);
                    throw e;
                } finally {
                    forcedSequence = Math.min(forcedSequence, log.writtenSequence());
                    moveTriggers(log.writtenSequence());
                }
            } finally {
                log.appending.unlock();
            }
        } finally {
            forcing.unlock();
            waker.run();
        }
    }

    /** Takes the head of a segment of a new epoch. */
    @FunctionalInterface
    interface HeadConsumer {
        void accept(SegmentHead head) throws IOException;
    }

    private void answer(List<Waiter> asking) {
        for (Waiter waiter : asking) {
            Throwable cause = log.failure();
            if (waiter.nextSequence() <= forcedSequence) {
                waiter.done().complete(null);
            } else if (cause != null) {
                waiter.done().completeExceptionally(LogFailedException.of(log.name, cause));
            } else if (waiter.nextSequence() > log.writtenSequence()) {
                waiter.done()
                        .completeExceptionally(
                                LogTruncatedException.of(log.name, waiter.nextSequence(), log.writtenSequence()));
            } else {
                waiter.done().completeExceptionally(LogClosedException.of(log.name));
            }
        }
    }
}
