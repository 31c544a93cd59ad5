package io.netbus.redex;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** An open log in memory. */
final class MemoryLog implements RedexLog {

    private final String name;
    private final RedexConfig config;
    private final MemoryRecords records;
    private final TailWorker tails;
    private final Consumer<MemoryLog> whenClosed;
    private final AppendHints hints;

    private volatile boolean closed; // written under the records' lock

    MemoryLog(
            String name, RedexConfig config, MemoryRecords records, TailWorker tails, Consumer<MemoryLog> whenClosed) {
        this.name = name;
        this.config = config;
        this.records = records;
        this.tails = tails;
        this.whenClosed = whenClosed;
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
    public long append(ByteBuffer payload, long timestampNanos) {
        Payloads.check(name, payload.remaining(), config.maxPayloadBytes());
        long sequence;
        records.lock.lock();
        try {
            requireOpen();
            sequence = records.append(payload, timestampNanos);
        } finally {
            records.lock.unlock();
        }
        hints.fire();
        return sequence;
    }

    @Override
    public long append(RecordBatch batch, long timestampNanos) {
        ByteBuffer encoded = batch.encoded();
        Payloads.check(name, batch, encoded, config.maxPayloadBytes());
        long sequence;
        records.lock.lock();
        try {
            requireOpen();
            if (batch.count() == 0) {
                return records.nextSequence();
            }
            sequence = records.append(encoded, batch.count(), timestampNanos);
        } finally {
            records.lock.unlock();
        }
        hints.fire();
        return sequence;
    }

    @Override
    public long firstSequence() {
        return 0;
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
        if (sequence < 0 || sequence >= next) {
            return new ReadResult.Absent(sequence, 0, next);
        }
        MemoryChunk chunk = records.chunk(records.chunkOf(sequence));
        int offset = chunk.offsetOf(sequence);
        byte[] copy = new byte[chunk.length(offset)];
        chunk.view().get(offset + MemoryChunk.RECORD_HEAD_BYTES, copy);
        return new ReadResult.Present(sequence, chunk.timestampNanos(offset), copy);
    }

    @Override
    public LogCursor cursor(long fromSequence) {
        requireOpen();
        return new MemoryCursor(this, records, fromSequence);
    }

    @Override
    public long sequenceAt(long timestampNanos) {
        return StampSearch.sequenceAt(this, timestampNanos);
    }

    @Override
    public Flow.Publisher<LogRecord> tail(TailStart from) {
        requireOpen();
        return tails.publisher(this, hints, from);
    }

    @Override
    public Registration onAppend(Runnable hint) {
        requireOpen();
        return hints.add(hint);
    }

    @Override
    public RedexLogStats stats() {
        long next = nextSequence();
        return new RedexLogStats(name, 0, 0, next, next, records.bytes(), records.chunks(), 0, null);
    }

    AppendHints hints() {
        return hints;
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
