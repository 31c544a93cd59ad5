package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Where an appender puts a frame together. <b>Threads:</b> under the log's lock.
 */
final class FrameBuffer {

    private static final int NORMAL_BYTES = 64 * 1024;
    private static final int SMALL_FRAMES_BEFORE_SHRINKING = 64;

    private final CRC32C crc = new CRC32C();

    private ByteBuffer bytes = allocate(NORMAL_BYTES);
    private int smallFrames;

    /** Starts a frame; the buffer to put its encoded records into. */
    ByteBuffer begin(int frameBytes) {
        if (bytes.capacity() < frameBytes) {
            bytes = allocate(frameBytes);
            smallFrames = 0;
        } else if (bytes.capacity() > NORMAL_BYTES) {
            smallFrames = frameBytes <= NORMAL_BYTES ? smallFrames + 1 : 0;
            if (smallFrames == SMALL_FRAMES_BEFORE_SHRINKING) {
                bytes = allocate(NORMAL_BYTES);
            }
        }
        return bytes.clear().position(FrameLayout.HEAD_BYTES);
    }

    /** Pads the frame and completes its head; ready to be written from position to limit. */
    ByteBuffer finish(long baseSequence, long timestampNanos, int count, int tag) {
        while (bytes.position() % FrameLayout.ALIGNMENT_BYTES != 0) {
            bytes.put((byte) 0);
        }
        bytes.flip();
        bytes.putInt(FrameLayout.LENGTH_OFFSET, bytes.limit());
        bytes.putLong(FrameLayout.BASE_SEQUENCE_OFFSET, baseSequence);
        bytes.putLong(FrameLayout.TERM_OFFSET, 0);
        bytes.putLong(FrameLayout.TIMESTAMP_OFFSET, timestampNanos);
        bytes.putInt(FrameLayout.COUNT_OFFSET, count);
        bytes.putInt(FrameLayout.TAG_OFFSET, tag);
        bytes.putInt(FrameLayout.CRC_OFFSET, FrameLayout.crc(crc, bytes, 0, bytes.limit()));
        return bytes;
    }

    private static ByteBuffer allocate(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
