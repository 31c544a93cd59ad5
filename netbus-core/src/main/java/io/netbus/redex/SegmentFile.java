package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file whose bytes are read and written by offset. An interrupt of the caller is kept and has no other effect.
 * <p>
 * <b>Threads:</b> any; {@link #close()} makes calls in other threads fail.
 */
interface SegmentFile extends ReadableBytes {

    /** Writes from position to limit, all or throws. */
    void write(ByteBuffer bytes, long offset) throws IOException;

    /** Makes all written bytes survive a power cut. After a failure it must not be called again: it could lie. */
    void force() throws IOException;

    /** Cuts the file, or lengthens it by zeros that take up no space yet. */
    void resize(long bytes) throws IOException;

    /**
     * Maps the file from its start. One that is open for writing is lengthened to that size as {@link #resize} does, and
     * storing into a part that was never written may kill the process when the disk is full: write zeros first. The
     * mapping of one that is open for reading is read-only and must not reach behind the file's end.
     *
     * @param bytes at most {@link Integer#MAX_VALUE}
     */
    Mapping map(int bytes) throws IOException;
}
