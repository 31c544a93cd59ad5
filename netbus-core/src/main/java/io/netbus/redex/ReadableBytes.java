package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes that are read by offset. <b>Threads:</b> any. */
interface ReadableBytes extends AutoCloseable {

    /** Reads until the buffer is full or the bytes end; returns how many. */
    int read(ByteBuffer bytes, long offset) throws IOException;

    /** How many bytes there are. */
    long size() throws IOException;

    /** Lets go of what holds them. */
    @Override
    void close() throws IOException;
}
