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

    long firstSequence() {
        return chunks[0].baseSequence;
    }

    /**
     * Lets go of the oldest chunks that need not be kept; the caller holds the lock.
     *
     * @param held the lowest sequence that is needed
     * @param nowNanos the time, in nanoseconds since 1970
     * @return how many went
     */
    int drop(Retention limits, long held, long nowNanos) {
        MemoryChunk[] all = chunks;
        long sum = bytes;
        int count = 0;
        while (count < all.length - 1) {
            MemoryChunk chunk = all[count];
            long end = all[count + 1].baseSequence;
            boolean mayGo =
                    limits.mayGo(sum - chunk.usedBytes(), nextSequence - end, chunk.lastTimestampNanos(), nowNanos);
            if (!mayGo || (end > held && !limits.breaksHolds(sum, LARGEST_CHUNK_BYTES))) {
                break;
            }
            sum -= chunk.usedBytes();
            count++;
        }
        if (count > 0) {
            chunks = Arrays.copyOfRange(all, count, all.length);
            bytes = sum;
        }
        return count;
    }

    /** The first sequence whose record is stamped at that time or later. */
    long sequenceAt(long timestampNanos) {
        long next = nextSequence;
        MemoryChunk[] all = chunks;
        long low = all[0].baseSequence;
        long high = next;
        while (low < high) {
            long middle = (low + high) >>> 1;
            MemoryChunk chunk = all[chunkOf(all, middle)];
            if (chunk.timestampNanos(chunk.offsetOf(middle)) >= timestampNanos) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    long bytes() {
        return bytes;
    }

    /** Whether records of that many bytes would start a new chunk; the caller holds the lock. */
    boolean isChunkFull(long recordBytes) {
        return !chunks[chunks.length - 1].hasRoom(recordBytes + MemoryChunk.RECORD_HEAD_BYTES);
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

    /** By ascending base sequence, never empty; not to be changed. */
    MemoryChunk[] list() {
        return chunks;
    }

    /** The place of the chunk that holds a published record, not below the first. */
    static int chunkOf(MemoryChunk[] all, long sequence) {
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
