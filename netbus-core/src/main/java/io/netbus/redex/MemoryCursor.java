package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads a {@link MemoryLog}; hands out views of its chunks. */
final class MemoryCursor implements LogCursor {

    private final MemoryLog log;
    private final MemoryRecords records;
    private final RecordWait waiting;

    private volatile boolean closed;
    private long position;
    private boolean handingOver;

    private @Nullable MemoryChunk chunk; // null: to be looked up
    private ByteBuffer view = ByteBuffer.allocate(0);
    private int offset; // of the record at the position, in the chunk
    private long chunkEnd; // behind the last of its records that was there when it was entered

    MemoryCursor(MemoryLog log, MemoryRecords records, long fromSequence) {
        this.log = log;
        this.records = records;
        waiting = new RecordWait(log.hints());
        position = start(fromSequence);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void seek(long sequence) {
        requireUsable();
        position = start(sequence);
        chunk = null;
    }

    @Override
    public int read(RecordReader reader, int maxRecords) {
        requireUsable();
        long end = records.nextSequence();
        requireKept(records.firstSequence());
        int count = 0;
        handingOver = true;
        try {
            boolean more = true;
            while (more && !closed && count < maxRecords && position < end) {
                MemoryChunk current = chunk;
                if (current == null || position >= chunkEnd) {
                    current = enterChunk(end);
                }
                int start = offset + MemoryChunk.RECORD_HEAD_BYTES;
                int next = start + current.length(offset);
                view.limit(next).position(start).order(ByteOrder.BIG_ENDIAN);
                more = reader.accept(position, current.timestampNanos(offset), view);
                offset = next;
                position++;
                count++;
            }
            return count;
        } finally {
            handingOver = false;
        }
    }

    @Override
    public boolean await(Duration timeout) throws InterruptedException {
        requireUsable();
        return waiting.await(this::hasNext, timeout);
    }

    private boolean hasNext() {
        requireUsable();
        return position < records.nextSequence();
    }

    @Override
    public void close() {
        closed = true;
        waiting.wake();
    }

    private MemoryChunk enterChunk(long end) {
        MemoryChunk[] all = records.list();
        requireKept(all[0].baseSequence);
        int place = MemoryRecords.chunkOf(all, position);
        MemoryChunk found = all[place];
        if (found != chunk) {
            view = found.view();
        }
        chunk = found;
        offset = found.offsetOf(position);
        chunkEnd = place + 1 < all.length ? Math.min(end, all[place + 1].baseSequence) : end;
        return found;
    }

    /** Goes on at the first record that is kept, and says so, if the one at the position is not. */
    private void requireKept(long first) {
        if (position < first) {
            long lost = position;
            position = first;
            chunk = null;
            throw HistoryLostException.of(log.name(), lost, first);
        }
    }

    private long start(long sequence) {
        if (sequence < 0) {
            throw new IllegalArgumentException(
                    "sequence must not be negative: log=" + log.name() + ", sequence=" + sequence);
        }
        return Math.max(sequence, records.firstSequence());
    }

    private void requireUsable() {
        if (handingOver) {
            throw new IllegalStateException(
                    "a reader must not use its cursor: log=" + log.name() + ", position=" + position);
        }
        log.requireOpen();
        if (closed) {
            throw LogClosedException.of(log.name());
        }
    }
}
