package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A run of records in memory: for each a 32-bit length, a 64-bit stamp and the payload, one after the other.
 * <p>
 * <b>Threads:</b> one adds, under its log's lock; others read records that the log has published.
 */
final class MemoryChunk {

    static final int RECORD_HEAD_BYTES = Integer.BYTES + Long.BYTES;
    private static final int RECORDS_PER_MARK = 64;

    final long baseSequence;
    private final ByteBuffer bytes;
    private final int[] marks; // offset of every 64th record

    private int end; // of the adder
    private int count; // of the adder

    MemoryChunk(long baseSequence, int capacityBytes) {
        this.baseSequence = baseSequence;
        bytes = ByteBuffer.allocate(capacityBytes).order(ByteOrder.LITTLE_ENDIAN);
        marks = new int[capacityBytes / RECORD_HEAD_BYTES / RECORDS_PER_MARK + 1];
    }

    int capacityBytes() {
        return bytes.capacity();
    }

    boolean hasRoom(long recordBytes) {
        return recordBytes <= bytes.capacity() - end;
    }

    /** Adds a record that fits. */
    void add(ByteBuffer source, int index, int length, long timestampNanos) {
        if (count % RECORDS_PER_MARK == 0) {
            marks[count / RECORDS_PER_MARK] = end;
        }
        bytes.putInt(end, length);
        bytes.putLong(end + Integer.BYTES, timestampNanos);
        bytes.put(end + RECORD_HEAD_BYTES, source, index, length);
        end += RECORD_HEAD_BYTES + length;
        count++;
    }

    /** Where a published record of this chunk starts. */
    int offsetOf(long sequence) {
        int record = (int) (sequence - baseSequence);
        int offset = marks[record / RECORDS_PER_MARK];
        for (int i = record % RECORDS_PER_MARK; i > 0; i--) {
            offset += RECORD_HEAD_BYTES + length(offset);
        }
        return offset;
    }

    /** What its records take up. By the adder, or once there is a later chunk. */
    int usedBytes() {
        return end;
    }

    /** The stamp of its last record; once there is a later chunk. */
    long lastTimestampNanos() {
        return timestampNanos(offsetOf(baseSequence + count - 1));
    }

    int length(int offset) {
        return bytes.getInt(offset);
    }

    long timestampNanos(int offset) {
        return bytes.getLong(offset + Integer.BYTES);
    }

    ByteBuffer view() {
        return bytes.asReadOnlyBuffer();
    }
}
