package io.netbus.redex;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An open log in memory. */
final class MemoryLog implements RedexLog, SweepWorker.Swept {

    private final String name;
    private final LogConfig config;
    private final InstantSource clock;
    private final MemoryRecords records;
    private final TailWorker tails;
    private final LogHolds holds;
    private final Consumer<MemoryLog> whenClosed;
    private final AppendHints hints;

    private volatile boolean closed; // written under the records' lock

    MemoryLog(
            String name,
            LogConfig config,
            InstantSource clock,
            MemoryRecords records,
            TailWorker tails,
            Consumer<MemoryLog> whenClosed) {
        this.name = name;
        this.config = config;
        this.clock = clock;
        this.records = records;
        this.tails = tails;
        this.whenClosed = whenClosed;
        this.holds = new LogHolds(name);
        this.hints = new AppendHints(name);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int epoch() {
        return 0;
    }

    @Override
    public long epochStart() {
        return 0;
    }

    @Override
    public long validUpTo(int epoch) {
        return nextSequence();
    }

    LogConfig config() {
        return config;
    }

    // --- appending

    @Override
    public long append(ByteBuffer payload, long timestampNanos) {
        int length = payload.remaining();
        Payloads.check(name, length, config.maxPayloadBytes());
        long sequence;
        records.lock.lock();
        try {
            requireOpen();
            requireRoom(length);
            sequence = records.append(payload, timestampNanos);
        } finally {
            records.lock.unlock();
        }
        hints.fire();
        return sequence;
    }

    @Override
    public long append(RecordBatch batch, long timestampNanos) {
        return append(batch, timestampNanos, -1);
    }

    @Override
    public long append(ByteBuffer payload, long timestampNanos, Acknowledgement level) {
        return append(payload, timestampNanos);
    }

    @Override
    public long append(RecordBatch batch, long timestampNanos, Acknowledgement level) {
        return append(batch, timestampNanos, -1);
    }

    @Override
    public OptionalLong appendIfNext(long expectedNext, RecordBatch batch, long timestampNanos) {
        if (expectedNext < 0) {
            throw new IllegalArgumentException(
                    "sequence must not be negative: log=" + name + ", expectedNext=" + expectedNext);
        }
        long sequence = append(batch, timestampNanos, expectedNext);
        return sequence < 0 ? OptionalLong.empty() : OptionalLong.of(sequence);
    }

    private long append(RecordBatch batch, long timestampNanos, long expectedNext) {
        ByteBuffer encoded = batch.encoded();
        Payloads.check(name, batch, encoded, config.maxPayloadBytes());
        long sequence;
        records.lock.lock();
        try {
            requireOpen();
            if (expectedNext >= 0 && expectedNext != records.nextSequence()) {
                return -1;
            }
            if (batch.count() == 0) {
                return records.nextSequence();
            }
            requireRoom(encoded.remaining());
            sequence = records.append(encoded, batch.count(), timestampNanos);
        } finally {
            records.lock.unlock();
        }
        hints.fire();
        return sequence;
    }

    /** Sweeps first where a limit is in sight; the caller holds the lock. */
    private void requireRoom(int bytes) {
        Retention limits = config.retention();
        if (records.isChunkFull(bytes) && !limits.equals(Retention.all())) {
            drop();
        }
        if (bytes > limits.hardLimitBytes() - records.bytes()) {
            drop();
            if (bytes > limits.hardLimitBytes() - records.bytes()) {
                throw LogFullException.atHardLimit(name, bytes, limits.hardLimitBytes());
            }
        }
    }

    @Override
    public void sync() {
        requireOpen();
    }

    // --- retention

    @Override
    public LogHold hold(String owner, long sequence) {
        requireOpen();
        records.lock.lock();
        try {
            return holds.take(owner, sequence, records.firstSequence());
        } finally {
            records.lock.unlock();
        }
    }

    @Override
    public void sweep() {
        requireOpen();
        sweepQuietly();
    }

    @Override
    public int sweepQuietly() {
        if (config.retention().equals(Retention.all())) {
            return 0;
        }
        records.lock.lock();
        try {
            return drop();
        } finally {
            records.lock.unlock();
        }
    }

    private int drop() {
        Instant now = clock.instant();
        long nowNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        int count = records.drop(config.retention(), holds.lowest(), nowNanos);
        if (count > 0) {
            holds.breakBelow(records.firstSequence());
        }
        return count;
    }

    // --- reading

    @Override
    public long firstSequence() {
        return records.firstSequence();
    }

    @Override
    public long nextSequence() {
        return records.nextSequence();
    }

    @Override
    public long forcedSequence() {
        return records.nextSequence();
    }

    @Override
    public CompletionStage<Void> whenForced(long upTo) {
        if (upTo > nextSequence()) {
            throw new IllegalArgumentException("sequence is beyond the log's end: log=" + name + ", asked=" + upTo
                    + ", nextSequence=" + nextSequence());
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public ReadResult read(long sequence) {
        requireOpen();
        long next = nextSequence();
        MemoryChunk[] all = records.list();
        long first = all[0].baseSequence;
        if (sequence < 0 || sequence >= next) {
            return new ReadResult.Absent(sequence, first, next);
        }
        if (sequence < first) {
            return new ReadResult.Evicted(sequence, first);
        }
        MemoryChunk chunk = all[MemoryRecords.chunkOf(all, sequence)];
        int offset = chunk.offsetOf(sequence);
        byte[] copy = new byte[chunk.length(offset)];
        chunk.view().get(offset + MemoryChunk.RECORD_HEAD_BYTES, copy);
        return new ReadResult.Present(sequence, chunk.timestampNanos(offset), copy);
    }

    @Override
    public Flow.Publisher<LogRecord> tail(TailStart from) {
        requireOpen();
        return tails.publisher(this, hints, from);
    }

    AppendHints hints() {
        return hints;
    }

    @Override
    public long sequenceAt(long timestampNanos) {
        requireOpen();
        return records.sequenceAt(timestampNanos);
    }

    @Override
    public LogCursor cursor(long fromSequence) {
        requireOpen();
        return new MemoryCursor(this, records, fromSequence);
    }

    @Override
    public Registration onAppend(Runnable hint) {
        requireOpen();
        return hints.add(hint);
    }

    @Override
    public List<RecoveryAction> recovery() {
        return List.of();
    }

    @Override
    public RedexLogStats stats() {
        long next = nextSequence();
        return new RedexLogStats(
                name,
                0,
                records.firstSequence(),
                next,
                next,
                records.bytes(),
                records.chunks(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                holds.stats(),
                holds.brokenCount(),
                null);
    }

    boolean isOpen() {
        return !closed;
    }

    void requireOpen() {
        if (closed) {
            throw LogClosedException.of(name);
        }
    }

    @Override
    public void close() {
        tails.finish(this);
        records.lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            records.lock.unlock();
        }
        hints.close();
        whenClosed.accept(this);
    }
}
