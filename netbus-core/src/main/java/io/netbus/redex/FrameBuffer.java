package io.netbus.redex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Where an appender puts a frame together. <b>Threads:</b> under the log's lock.
 */
final class FrameBuffer {

    /*
     * On the heap: the checksum of an array costs half of that of a buffer for small frames, and numbers go in by plain
     * stores. What is written from here is copied once more.
     */
    private static final int NORMAL_BYTES = 64 * 1024;
    private static final int SMALL_FRAMES_BEFORE_SHRINKING = 64;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final CRC32C checksum = new CRC32C();

    private byte[] bytes = new byte[NORMAL_BYTES];
    private int length;
    private int crc;
    private int smallFrames;

    /** Takes a single record. */
    void put(ByteBuffer payload, int frameBytes) {
        int payloadBytes = payload.remaining();
        begin(frameBytes);
        INT.set(bytes, FrameLayout.HEAD_BYTES, payloadBytes);
        int at = FrameLayout.HEAD_BYTES + FrameLayout.RECORD_HEAD_BYTES;
        payload.get(payload.position(), bytes, at, payloadBytes);
        pad(at + payloadBytes);
    }

    /** Takes records that are encoded already, or compressed. */
    void putEncoded(ByteBuffer records, int frameBytes) {
        int recordBytes = records.remaining();
        begin(frameBytes);
        records.get(records.position(), bytes, FrameLayout.HEAD_BYTES, recordBytes);
        pad(FrameLayout.HEAD_BYTES + recordBytes);
    }

    /**
     * Completes the frame's head.
     *
     * @param countField see {@link FrameLayout#countField}
     */
    void finish(long baseSequence, long term, long timestampNanos, int countField, int tag) {
        byte[] frame = bytes;
        INT.set(frame, FrameLayout.LENGTH_OFFSET, length);
        LONG.set(frame, FrameLayout.BASE_SEQUENCE_OFFSET, baseSequence);
        LONG.set(frame, FrameLayout.TERM_OFFSET, term);
        LONG.set(frame, FrameLayout.TIMESTAMP_OFFSET, timestampNanos);
        INT.set(frame, FrameLayout.COUNT_OFFSET, countField);
        INT.set(frame, FrameLayout.TAG_OFFSET, tag);
        checksum.reset();
        checksum.update(frame, FrameLayout.LENGTH_OFFSET, length - FrameLayout.LENGTH_OFFSET);
        crc = (int) checksum.getValue();
        INT.set(frame, FrameLayout.CRC_OFFSET, crc);
    }

    /** The array that starts with the frame finished last. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    int crc() {
        return crc;
    }

    private void begin(int frameBytes) {
        if (bytes.length < frameBytes) {
            bytes = new byte[frameBytes];
            smallFrames = 0;
        } else if (bytes.length > NORMAL_BYTES) {
            smallFrames = frameBytes <= NORMAL_BYTES ? smallFrames + 1 : 0;
            if (smallFrames == SMALL_FRAMES_BEFORE_SHRINKING) {
                bytes = new byte[NORMAL_BYTES];
            }
        }
        length = frameBytes;
    }

    private void pad(int from) {
        for (int at = from; at < length; at++) {
            bytes[at] = 0;
        }
    }
}
