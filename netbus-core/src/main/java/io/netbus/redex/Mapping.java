package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The first bytes of a file as memory: what is stored here is in the operating system at once, as if written.
 * <p>
 * <b>Threads:</b> any, until it is closed; whoever closes it makes sure that nobody uses it any more.
 */
interface Mapping extends ReadableBytes {

    /** All of it, little-endian, from 0 to its size; always the same buffer, to be used by absolute index. */
    ByteBuffer bytes();

    /**
     * Makes the bytes from one offset up to another survive a power cut, be they stored here or written to the file. After
     * a failure it must not be called again: it could lie. Knows no interrupts.
     */
    void force(int from, int upTo) throws IOException;

    /**
     * Copies. If what lies behind the memory cannot be read, be it a bad sector or a file that was cut, the JVM throws an
     * error that {@link #isFault} knows, here or some instructions later.
     */
    @Override
    default int read(ByteBuffer bytes, long offset) {
        int count = (int) Math.max(0, Math.min(bytes.remaining(), size() - offset));
        int start = bytes.position();
        bytes.put(start, bytes(), (int) offset, count).position(start + count);
        return count;
    }

    /** Whether an error tells of a fault in mapped memory. The JVM may throw it well after the access, anywhere. */
    static boolean isFault(InternalError error) {
        String message = error.getMessage();
        return message != null && message.contains("unsafe memory access");
    }

    @Override
    default long size() {
        return bytes().capacity();
    }

    /** Lets the memory go. Idempotent. */
    @Override
    void close();
}
