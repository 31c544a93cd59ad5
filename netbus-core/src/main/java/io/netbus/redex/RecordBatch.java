package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Records to append together. Holds each as a little-endian 32-bit length and its bytes, one after the other, as the
 * file does. <b>Threads:</b> one at a time.
 */
public final class RecordBatch {

    private static final int MIN_CAPACITY_BYTES = 256;

    private ByteBuffer encoded;
    private int count;

    /** An empty batch with room for about that many bytes; it grows as needed. */
    public RecordBatch(int capacityBytes) {
        encoded =
                ByteBuffer.allocate(Math.max(capacityBytes, MIN_CAPACITY_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private RecordBatch(ByteBuffer encoded, int count) {
        this.encoded = encoded;
        this.count = count;
    }

    /**
     * A batch over records that are already encoded, not copied. Appending checks them.
     *
     * @param encoded from 0 to its position: {@code count} times a little-endian 32-bit length and that many bytes
     */
    public static RecordBatch wrap(ByteBuffer encoded, int count) {
        return new RecordBatch(encoded, count);
    }

    /** Adds a record; copies from position to limit and leaves the buffer as it was. */
    public RecordBatch add(ByteBuffer payload) {
        int length = payload.remaining();
        reserve(length);
        encoded.putInt(length).put(payload.duplicate());
        count++;
        return this;
    }

    /** Adds a record; copies. */
    public RecordBatch add(byte[] payload) {
        return add(ByteBuffer.wrap(payload));
    }

    /** How many records it holds. */
    public int count() {
        return count;
    }

    /** How many bytes its encoded form takes. */
    public int encodedBytes() {
        return encoded.position();
    }

    /** Empties it for reuse. */
    public void clear() {
        encoded.clear();
        count = 0;
    }

    /** The encoded form, a view from 0 to {@link #encodedBytes()}. */
    ByteBuffer encoded() {
        return encoded.duplicate().flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    private void reserve(int payloadBytes) {
        long needed = (long) encoded.position() + Integer.BYTES + payloadBytes;
        if (needed <= encoded.capacity()) {
            return;
        }
        if (needed > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalArgumentException("batch would be too large: bytes=" + needed);
        }
        int capacity = (int) Math.min(Math.max(needed, 2L * encoded.capacity()), Integer.MAX_VALUE - Long.BYTES);
        encoded = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(encoded.flip());
    }
}
