package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The file of a segment's index, see {@link IndexLayout}; whatever happens to it costs only time. */
final class IndexFile {

    private static final String SUFFIX = ".index";
    private static final String SEGMENT_SUFFIX = ".log";

    /** More than that of the largest segment, with an entry per interval. */
    private static final int MAX_BYTES = 32 * 1024 * 1024;

    private IndexFile() {}

    /** The name of the index of the segment that starts at that sequence. */
    static String fileName(long baseSequence) {
        return SegmentLayout.fileName(baseSequence).replace(SEGMENT_SUFFIX, SUFFIX);
    }

    /** The base sequence in an index's name; -1 if it is no index's name. */
    static long baseSequence(String fileName) {
        return fileName.endsWith(SUFFIX) ? SegmentLayout.baseSequence(fileName.replace(SUFFIX, SEGMENT_SUFFIX)) : -1;
    }

    private static Path path(Path segment, long baseSequence) {
        return segment.resolveSibling(fileName(baseSequence));
    }

    /**
     * Opens the index of a segment.
     *
     * @return null if there is none, or none that is whole and of that segment
     * @throws IOException if it cannot be read
     */
    static @Nullable SegmentIndex open(SegmentStore store, Path segment, SegmentHead head, long segmentEnd)
            throws IOException {
        try (SegmentFile file = store.openForReading(path(segment, head.baseSequence()))) {
            ByteBuffer all = read(file);
            if (IndexLayout.flaw(all) != null || !IndexLayout.isOf(all, head, segmentEnd)) {
                return null;
            }
            Mapping mapping = null;
            try {
                mapping = file.map(all.capacity());
            } catch (UnsupportedOperationException e) {
                // an archive that is not of this machine: it stays in the heap
            }
            return SegmentIndex.of(
                    mapping == null ? all : mapping.bytes(),
                    mapping,
                    all.getInt(IndexLayout.COUNT_OFFSET),
                    all.getLong(IndexLayout.END_OFFSET),
                    all.getLong(IndexLayout.NEXT_SEQUENCE_OFFSET));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** All of an index file, as far as one can be long. */
    static ByteBuffer read(SegmentFile file) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) Math.min(file.size(), MAX_BYTES));
        int read = file.read(all, 0);
        return all.slice(0, read).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Writes the index of a segment, in the place of an older one, forced before it gets its name: what is found under that
     * name is whole.
     *
     * @param end offset behind the last frame it is about
     * @param nextSequence of the frame there
     */
    static void write(
            SegmentStore store, Path segment, SegmentHead head, SegmentIndex index, long end, long nextSequence)
            throws IOException {
        int count = index.count();
        if (count == 0) {
            return;
        }
        ByteBuffer entries = index.entries();
        Path path = path(segment, head.baseSequence());
        Path unfinished = path.resolveSibling(path.getFileName() + LogRecovery.UNFINISHED);
        delete(store, unfinished);
        try (SegmentFile file = store.create(unfinished)) {
            file.write(IndexLayout.encodeHead(head, end, nextSequence, entries, count), 0);
            file.write(entries.duplicate().position(0).limit(count * IndexLayout.ENTRY_BYTES), IndexLayout.HEAD_BYTES);
            file.force();
        }
        store.replace(unfinished, path);
    }

    /** Deletes the index of a segment, if there is one. */
    static void delete(SegmentStore store, Path segment, long baseSequence) throws IOException {
        delete(store, path(segment, baseSequence));
    }

    private static void delete(SegmentStore store, Path path) throws IOException {
        try {
            store.delete(path);
        } catch (NoSuchFileException e) {
            // there is none
        }
    }
}
