package io.netbus.cortex.fold;

import io.netbus.redex.Acknowledgement;
import io.netbus.redex.LogCursor;
import io.netbus.redex.LogHold;
import io.netbus.redex.LogRecord;
import io.netbus.redex.ReadResult;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.RecoveryAction;
import io.netbus.redex.RedexLog;
import io.netbus.redex.RedexLogStats;
import io.netbus.redex.TailStart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A log whose appends, reads and forces fail or wait when told to. Forgets nothing itself. */
public final class FaultyLog implements RedexLog {

    private record Waiter(long nextSequence, CompletableFuture<Void> done) {}

    private final RedexLog log;
    private final AtomicInteger forces = new AtomicInteger();
    private final List<Waiter> waiters = new ArrayList<>(); // guarded by itself

    private final List<Long> batchEnds = new ArrayList<>(); // guarded by itself

    private volatile boolean failAppends;
    private volatile boolean failReads;
    private volatile boolean holdForces;
    private volatile long forcedTo = -1;

    public FaultyLog(RedexLog log) {
        this.log = log;
        batchEnds.add(log.nextSequence());
    }

    public void failAppends() {
        failAppends = true;
    }

    public void failReads() {
        failReads = true;
    }

    /** From now on nothing is forced until told. */
    public void holdForces() {
        forcedTo = log.forcedSequence();
        holdForces = true;
    }

    /** From now on the log forces again as it would. */
    public void stopHoldingForces() {
        holdForces = false;
    }

    /** Forces once all that is appended. */
    public void force() {
        settle(null);
    }

    /** Fails one force. */
    public void failForce() {
        settle(new IOException("the disk is gone"));
    }

    /** How often it was forced. */
    public int forces() {
        return forces.get();
    }

    /** Where this began, and the next sequence after each batch appended through it; a crash leaves one of these. */
    public List<Long> batchEnds() {
        synchronized (batchEnds) {
            return List.copyOf(batchEnds);
        }
    }

    /** How many wait for a force. */
    public int waiters() {
        synchronized (waiters) {
            return waiters.size();
        }
    }

    @Override
    public String name() {
        return log.name();
    }

    @Override
    public int epoch() {
        return log.epoch();
    }

    @Override
    public long epochStart() {
        return log.epochStart();
    }

    @Override
    public long append(ByteBuffer payload, long timestampNanos) {
        throwIf(failAppends);
        return log.append(payload, timestampNanos);
    }

    @Override
    public long append(RecordBatch batch, long timestampNanos) {
        throwIf(failAppends);
        return log.append(batch, timestampNanos);
    }

    @Override
    public long append(RecordBatch batch, long timestampNanos, Acknowledgement level) {
        throwIf(failAppends);
        long first = log.append(batch, timestampNanos, level);
        synchronized (batchEnds) {
            batchEnds.add(first + batch.count());
        }
        return first;
    }

    @Override
    public long append(ByteBuffer payload, long timestampNanos, Acknowledgement level) {
        throwIf(failAppends);
        return log.append(payload, timestampNanos, level);
    }

    @Override
    public OptionalLong appendIfNext(long expectedNext, RecordBatch batch, long timestampNanos) {
        throwIf(failAppends);
        return log.appendIfNext(expectedNext, batch, timestampNanos);
    }

    @Override
    public void sync() {
        log.sync();
    }

    @Override
    public long validUpTo(int epoch) {
        return log.validUpTo(epoch);
    }

    @Override
    public long sequenceAt(long timestampNanos) {
        return log.sequenceAt(timestampNanos);
    }

    @Override
    public LogHold hold(String owner, long sequence) {
        return log.hold(owner, sequence);
    }

    @Override
    public void sweep() {
        log.sweep();
    }

    @Override
    public List<RecoveryAction> recovery() {
        return log.recovery();
    }

    @Override
    public long firstSequence() {
        return log.firstSequence();
    }

    @Override
    public long nextSequence() {
        return log.nextSequence();
    }

    @Override
    public long forcedSequence() {
        return holdForces ? forcedTo : log.forcedSequence();
    }

    @Override
    public CompletionStage<Void> whenForced(long nextSequence) {
        synchronized (waiters) {
            if (!holdForces) {
                return log.whenForced(nextSequence);
            }
            if (nextSequence <= forcedTo) {
                return CompletableFuture.completedFuture(null);
            }
            Waiter waiter = new Waiter(nextSequence, new CompletableFuture<>());
            waiters.add(waiter);
            return waiter.done();
        }
    }

    @Override
    public ReadResult read(long sequence) {
        throwIf(failReads);
        return log.read(sequence);
    }

    @Override
    public LogCursor cursor(long fromSequence) {
        LogCursor cursor = log.cursor(fromSequence);
        return new LogCursor() {
            @Override
            public long position() {
                return cursor.position();
            }

            @Override
            public void seek(long sequence) {
                cursor.seek(sequence);
            }

            @Override
            public int read(RecordReader reader, int maxRecords) {
                throwIf(failReads);
                return cursor.read(reader, maxRecords);
            }

            @Override
            public boolean await(Duration timeout) throws InterruptedException {
                return cursor.await(timeout);
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    @Override
    public Flow.Publisher<LogRecord> tail(TailStart from) {
        return log.tail(from);
    }

    @Override
    public Registration onAppend(Runnable hint) {
        return log.onAppend(hint);
    }

    @Override
    public RedexLogStats stats() {
        return log.stats();
    }

    @Override
    public void close() {
        log.close();
    }

    private void settle(@Nullable Throwable failure) {
        forces.incrementAndGet();
        List<Waiter> asking;
        synchronized (waiters) {
            asking = List.copyOf(waiters);
            waiters.clear();
            if (failure == null) {
                forcedTo = log.nextSequence();
            }
        }
        for (Waiter waiter : asking) {
            if (failure == null) {
                waiter.done().complete(null);
            } else {
                waiter.done().completeExceptionally(failure);
            }
        }
    }

    private static void throwIf(boolean failing) {
        if (failing) {
            throw new UncheckedIOException(new IOException("the disk is gone"));
        }
    }
}
