package io.netbus.redex;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One file of a log, as far as it is written.
 * <p>
 * <b>Threads:</b> the appender, under its log's lock, writes; the force thread forces and lets the file go; readers ask
 * for the end and the index, and open the file themselves.
 */
final class Segment {

    final Path path;
    final SegmentHead head;
    final SegmentIndex index = new SegmentIndex();

    private volatile long end = SegmentLayout.HEAD_BYTES; // offset behind the last whole frame
    private volatile @Nullable SegmentFile file; // null once nothing is to be written or forced

    private long forcedEnd; // by the force thread; 0: the file's name is not forced either

    Segment(Path path, SegmentHead head) {
        this.path = path;
        this.head = head;
    }

    long baseSequence() {
        return head.baseSequence();
    }

    long end() {
        return end;
    }

    boolean isEmpty() {
        return end == SegmentLayout.HEAD_BYTES;
    }

    /** Counts in a frame that is written at the end. */
    void add(long sequence, int frameBytes) {
        long offset = end;
        index.add(sequence - baseSequence(), offset);
        end = offset + frameBytes;
    }

    void attach(SegmentFile open) {
        file = open;
    }

    /** The file to append to. */
    SegmentFile file() {
        SegmentFile open = file;
        if (open == null) {
            throw new IllegalStateException("segment is not open for writing: file=" + path);
        }
        return open;
    }

    /** Forces what is not forced yet; returns whether the file's name has still to be forced. */
    boolean force() throws IOException {
        long upTo = end;
        boolean named = forcedEnd > 0;
        if (forcedEnd < upTo) {
            file().force();
            forcedEnd = upTo;
        }
        return !named;
    }

    /** Lets the file go. */
    void release() throws IOException {
        SegmentFile open = file;
        if (open != null) {
            file = null;
            open.close();
        }
    }
}
