package io.netbus.redex;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The records of one log in memory, whether the log is open or not.
 * <p>
 * <b>Threads:</b> appends are serialized by the lock; readers take none.
 */
final class MemoryRecords {

    private static final int FIRST_CHUNK_BYTES = 4 * 1024;
    private static final int LARGEST_CHUNK_BYTES = 1024 * 1024;

    final ReentrantLock lock = new ReentrantLock();

    private long lastTimestampNanos = Long.MIN_VALUE; // under the lock
    private volatile MemoryChunk[] chunks = {new MemoryChunk(0, FIRST_CHUNK_BYTES)}; // written under the lock
    private volatile long bytes; // written under the lock
    private volatile long nextSequence; // written under the lock, last: it publishes the rest

    long nextSequence() {
        return nextSequence;
    }

    long bytes() {
        return bytes;
    }

    int chunks() {
        return chunks.length;
    }

    /** Appends encoded records; the caller holds the lock. All become visible at once. */
    long append(ByteBuffer encoded, int count, long timestampNanos) {
        long first = nextSequence;
        long needed = encoded.remaining() + (long) count * (MemoryChunk.RECORD_HEAD_BYTES - Integer.BYTES);
        MemoryChunk chunk = chunkFor(first, needed);
        long stamp = Math.max(timestampNanos, lastTimestampNanos);
        int at = encoded.position();
        for (int i = 0; i < count; i++) {
            int length = encoded.getInt(at);
            chunk.add(encoded, at + Integer.BYTES, length, stamp);
            at += Integer.BYTES + length;
        }
        publish(first + count, stamp, needed);
        return first;
    }

    /** Appends one record; the caller holds the lock. */
    long append(ByteBuffer payload, long timestampNanos) {
        long sequence = nextSequence;
        int length = payload.remaining();
        long needed = (long) MemoryChunk.RECORD_HEAD_BYTES + length;
        long stamp = Math.max(timestampNanos, lastTimestampNanos);
        chunkFor(sequence, needed).add(payload, payload.position(), length, stamp);
        publish(sequence + 1, stamp, needed);
        return sequence;
    }

    /** The place of the chunk that holds a published record. */
    int chunkOf(long sequence) {
        MemoryChunk[] all = chunks;
        int low = 0;
        int high = all.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (all[middle].baseSequence <= sequence) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    MemoryChunk chunk(int place) {
        return chunks[place];
    }

    /** The sequence behind the last record that the chunk holds below {@code end}. */
    long endOf(int place, long end) {
        MemoryChunk[] all = chunks;
        return place + 1 < all.length ? Math.min(end, all[place + 1].baseSequence) : end;
    }

    private void publish(long next, long stamp, long added) {
        lastTimestampNanos = stamp;
        long sum = bytes + added;
        bytes = sum;
        nextSequence = next;
    }

    /** The last chunk, or a new one, twice as large up to a limit, if the records do not fit. */
    private MemoryChunk chunkFor(long sequence, long needed) {
        MemoryChunk[] all = chunks;
        MemoryChunk last = all[all.length - 1];
        if (last.hasRoom(needed)) {
            return last;
        }
        if (needed > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalArgumentException("batch does not fit: bytes=" + needed + " (append it in parts)");
        }
        int size = (int) Math.max(needed, Math.min(2L * last.capacityBytes(), LARGEST_CHUNK_BYTES));
        MemoryChunk next = new MemoryChunk(sequence, size);
        boolean unused = last.baseSequence == sequence; // the very first, if its first record is too large for it
        MemoryChunk[] longer = unused ? all.clone() : Arrays.copyOf(all, all.length + 1);
        longer[longer.length - 1] = next;
        chunks = longer;
        return next;
    }
}
