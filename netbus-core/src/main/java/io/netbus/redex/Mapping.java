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
     * Copies.
     *
     * @throws IOException if what lies behind the memory cannot be read, be it a bad sector or a file that was cut
     */
    @Override
    default int read(ByteBuffer bytes, long offset) throws IOException {
        int count = (int) Math.max(0, Math.min(bytes.remaining(), size() - offset));
        int start = bytes.position();
        try {
            bytes.put(start, bytes(), (int) offset, count);
            MemoryFault.check();
        } catch (InternalError e) {
            throw MemoryFault.exception(e);
        }
        bytes.position(start + count);
        return count;
    }

    @Override
    default long size() {
        return bytes().capacity();
    }

    /** Lets the memory go. Idempotent. */
    @Override
    void close();
}
