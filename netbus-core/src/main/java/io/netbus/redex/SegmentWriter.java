package io.netbus.redex;

import java.io.IOException;

/**
 * The way into a segment's file, while it is open for writing.
 * <p>
 * <b>Threads:</b> the appender, under its log's lock, makes room and writes frames; the force thread forces, writes tips
 * and, once no appender and no reader is left, closes; any thread reads what is written. See {@link WriteMode} for how the two kinds differ.
 */
abstract class SegmentWriter implements ReadableBytes {

    final SegmentFile file;

    SegmentWriter(SegmentFile file) {
        this.file = file;
    }

    /**
     * Sees to it that frames up to an offset can be written.
     *
     * @return up to which offset frames may be written without asking again, at least {@code upTo}
     * @throws IOException if the disk has no room for them; may be tried again
     */
    abstract long makeRoom(long upTo) throws IOException;

    /** Writes a frame, the first bytes of an array, within the room that was made. */
    abstract void write(byte[] frame, int length, long offset) throws IOException;

    abstract void writeTip(SegmentTip tip) throws IOException;

    /** Makes everything below an offset survive a power cut. After a failure it must not be called again. */
    abstract void force(long upTo) throws IOException;

    @Override
    public final long size() throws IOException {
        return file.size();
    }

    /** Whether {@link #prepare()} has something to do. */
    boolean isPreparationDue() {
        return false;
    }

    /** Makes room ahead of the appender. By the thread that prepares. */
    void prepare() throws IOException {}

    /** Lets the file go, cut behind an offset. */
    void finish(long end) throws IOException {
        try (file) {
            release();
            if (file.size() > end) {
                file.resize(end);
            }
        }
    }

    /** Lets the file go as it is. Idempotent. */
    @Override
    public final void close() throws IOException {
        try (file) {
            release();
        }
    }

    /** Lets go of what holds the file. Idempotent. */
    void release() {}
}
