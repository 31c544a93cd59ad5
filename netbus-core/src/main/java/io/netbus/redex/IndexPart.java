package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A segment's index file as it was found, to be compared with the segment's frames in order. */
final class IndexPart {

    final Path path;
    private final ByteBuffer head; // as far as it is there
    private final SegmentPart.@Nullable Flaw flaw;
    private ByteBuffer entries;
    private int next; // entry

    private IndexPart(Path path, ByteBuffer all) {
        this.path = path;
        this.head = ByteBuffer.allocate(IndexLayout.HEAD_BYTES).order(all.order());
        this.head.put(0, all, 0, Math.min(all.capacity(), IndexLayout.HEAD_BYTES));
        this.flaw = IndexLayout.flaw(all);
        this.entries = flaw == null
                ? all.slice(IndexLayout.HEAD_BYTES, all.capacity() - IndexLayout.HEAD_BYTES)
                        .order(all.order())
                : all.slice(0, 0);
    }

    /** Null if it went away. */
    static @Nullable IndexPart read(SegmentStore store, Path path) throws IOException {
        try (SegmentFile file = store.openForReading(path)) {
            return new IndexPart(path, IndexFile.read(file));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Keeps nothing but what it says of itself: a log may have many. */
    void forgetEntries() {
        entries = head.slice(0, 0);
    }

    SegmentPart.@Nullable Flaw flaw() {
        return flaw;
    }

    /** Whether it has no flaw and is about that segment. */
    boolean isOf(SegmentHead segment, long segmentEnd) {
        return flaw == null && IndexLayout.isOf(head, segment, segmentEnd);
    }

    /** What is wrong with the entries up to one frame, which is whole, as are all since the last call; null if nothing is. */
    SegmentPart.@Nullable Flaw frame(long offset, long record, long timestampNanos) {
        SegmentPart.Flaw found = null;
        while (next < count() && IndexLayout.offset(entries, next) <= offset) {
            long at = IndexLayout.HEAD_BYTES + (long) next * IndexLayout.ENTRY_BYTES;
            Mismatch mismatch = null;
            if (IndexLayout.offset(entries, next) < offset) {
                mismatch = Mismatch.of("entryOffset", "where a frame starts", IndexLayout.offset(entries, next));
            } else if (IndexLayout.record(entries, next) != record) {
                mismatch = Mismatch.of("entryRecord", record, IndexLayout.record(entries, next));
            } else if (IndexLayout.timestampNanos(entries, next) != timestampNanos) {
                mismatch = Mismatch.of("entryTimestamp", timestampNanos, IndexLayout.timestampNanos(entries, next));
            }
            if (mismatch != null && found == null) {
                found = new SegmentPart.Flaw(at, IndexLayout.ENTRY_BYTES, mismatch, "");
            }
            next++;
        }
        return found;
    }

    /** Leaves out the entries of frames before an offset. */
    void skip(long offset) {
        while (next < count() && IndexLayout.offset(entries, next) < offset) {
            next++;
        }
    }

    private int count() {
        return entries.capacity() / IndexLayout.ENTRY_BYTES;
    }
}
