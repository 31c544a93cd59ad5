package io.netbus.redex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ArrayBlockingQueue;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.jspecify.annotations.Nullable;

/**
 * The compressed form of a frame's records, {@link FrameLayout#LZ4}; little-endian.
 * <pre>
 * offset  bytes  field
 *      0      4  length of the records, expanded
 *      4      4  length of the block
 *      8         the block
 * </pre>
 * <b>Threads:</b> any.
 */
final class RecordCodec {

    /*
     * The library's variant in plain Java: the one with native code is faster, but a log must not become unreadable where
     * a native library cannot be loaded (decision 7).
     */
    private static final LZ4Compressor COMPRESSOR = LZ4Factory.safeInstance().fastCompressor();
    private static final LZ4SafeDecompressor EXPANDER =
            LZ4Factory.safeInstance().safeDecompressor();

    static final int HEAD_BYTES = 2 * Integer.BYTES;

    /** A block never expands to more than that many times its size. */
    static final int MAX_RATIO = 255;

    /** Less than that hardly becomes shorter. */
    static final int MIN_BYTES = 256;

    private static final int IDLE = 4;
    private static final int LARGEST_IDLE_BYTES = 1024 * 1024;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final ArrayBlockingQueue<ByteBuffer> idle = new ArrayBlockingQueue<>(IDLE);

    /**
     * Compresses encoded records.
     *
     * @return what takes their place in the frame, from 0 to its limit, to be given back; null if that takes as much room
     */
    @Nullable
    ByteBuffer compress(ByteBuffer records) {
        int length = records.remaining();
        if (length < MIN_BYTES || length > FrameLayout.MAX_FRAME_BYTES) {
            return null;
        }
        ByteBuffer body = take(HEAD_BYTES + COMPRESSOR.maxCompressedLength(length));
        int room = body.capacity() - HEAD_BYTES;
        int block = COMPRESSOR.compress(records, records.position(), length, body, HEAD_BYTES, room);
        if (FrameLayout.frameBytes((long) HEAD_BYTES + block) >= FrameLayout.frameBytes(length)) {
            giveBack(body);
            return null;
        }
        return body.putInt(0, length).putInt(Integer.BYTES, block).limit(HEAD_BYTES + block);
    }

    /** Takes back what {@link #compress} returned, which is not used any more. */
    void giveBack(ByteBuffer body) {
        if (body.capacity() <= LARGEST_IDLE_BYTES) {
            idle.offer(body);
        }
    }

    private ByteBuffer take(int bytes) {
        ByteBuffer found = idle.poll();
        return found != null && found.capacity() >= bytes
                ? found.clear()
                : ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    // --- reading

    /**
     * Length of the records in a frame's body, expanded; -1 if it is none that could be.
     *
     * @param body what follows the frame's head, padding included, from an index on
     * @param count how many records there are to be
     */
    static int expandedBytes(byte[] body, int index, int bodyBytes, int count) {
        int length = (int) INT.get(body, index);
        int block = (int) INT.get(body, index + Integer.BYTES);
        boolean fits = block > 0
                && block <= bodyBytes - HEAD_BYTES
                && bodyBytes - HEAD_BYTES - block < FrameLayout.ALIGNMENT_BYTES
                && length >= (long) FrameLayout.RECORD_HEAD_BYTES * count
                && length <= Math.min(FrameLayout.MAX_FRAME_BYTES, (long) MAX_RATIO * block);
        return fits ? length : -1;
    }

    /** Expands to exactly that many bytes, which {@link #expandedBytes} said; returns whether the block was whole. */
    static boolean expand(byte[] body, int index, byte[] into, int length) {
        int block = (int) INT.get(body, index + Integer.BYTES);
        try {
            return EXPANDER.decompress(body, index + HEAD_BYTES, block, into, 0, length) == length;
        } catch (LZ4Exception e) {
            return false;
        }
    }
}
