package io.netbus.redex;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a log that its archive keeps, older than its own.
 * <p>
 * <b>Threads:</b> any look up; who sweeps adds.
 */
final class ArchivedSegments {

    /*
     * Only names are known when a log opens; a head is read when a segment is first needed. Names alone do not tell whether
     * a file is of this log, or of an earlier one of that name: its head does, and one of another log ends the history.
     */
    private static final Logger LOG = System.getLogger(DiskLog.class.getName());
    private static final ArchivedSegments NONE = new ArchivedSegments(null, "", 0, new long[0]);
    private static final int PIECE_BYTES = 256 * 1024;

    private final @Nullable LogArchive archive;
    private final String log;
    private final long logId;
    private final ConcurrentHashMap<Long, Segment> opened = new ConcurrentHashMap<>(); // by base sequence
    private volatile long[] bases; // ascending; replaced under this object's lock

    private ArchivedSegments(@Nullable LogArchive archive, String log, long logId, long[] bases) {
        this.archive = archive;
        this.log = log;
        this.logId = logId;
        this.bases = bases;
    }

    /** Of a log without an archive. */
    static ArchivedSegments none() {
        return NONE;
    }

    /** @param first the log's own first segment */
    static ArchivedSegments open(LogArchive archive, String log, SegmentHead first) throws IOException {
        long[] bases = archive.list(log).stream()
                .mapToLong(SegmentLayout::baseSequence)
                .filter(base -> base >= 0 && base < first.baseSequence())
                .sorted()
                .toArray();
        ArchivedSegments found = new ArchivedSegments(archive, log, first.logId(), bases);
        if (bases.length > 0) {
            Segment last = found.segment(bases[bases.length - 1]); // tells whether they are of this log
            if (last == null) {
                LOG.log(Level.WARNING, "archive is not used: log=" + log + ", files=" + bases.length);
            }
        }
        return found;
    }

    boolean isEmpty() {
        return bases.length == 0;
    }

    int count() {
        return bases.length;
    }

    /** The base sequence of the first; not to be called if there is none. */
    long firstSequence() {
        return bases[0];
    }

    /** The base sequences, ascending; not to be changed. */
    long[] bases() {
        return bases;
    }

    /**
     * The segment that holds a record, or would.
     *
     * @return null if all that could are gone
     */
    @Nullable
    Segment segmentOf(long sequence) throws IOException {
        long[] all = bases;
        int found = Arrays.binarySearch(all, sequence);
        int place = found >= 0 ? found : -found - 2;
        return place < 0 ? null : segment(all[place]);
    }

    /** The segment with that base sequence; null if it is gone, as are then all before it. */
    @Nullable
    Segment segment(long base) throws IOException {
        Segment there = opened.get(base);
        if (there != null) {
            return there;
        }
        LogArchive from = archive;
        if (from == null) {
            return null;
        }
        Path path = Path.of(SegmentLayout.fileName(base));
        SegmentStore store = new ArchiveStore(from, log);
        try (SegmentFile file = store.openForReading(path)) {
            ByteBuffer page = ByteBuffer.allocate(SegmentLayout.HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            boolean whole = file.read(page, 0) == SegmentLayout.HEAD_BYTES && SegmentLayout.defect(page) == null;
            SegmentTip tip = whole ? SegmentLayout.tip(page) : null;
            if (tip == null || SegmentLayout.decode(page).logId() != logId) {
                LOG.log(
                        Level.WARNING,
                        tip == null
                                ? "archived segment has no whole head: log=" + log + ", file=" + path
                                : "archived segment is another log's: log=" + log + ", file=" + path);
                forget(base);
                return null;
            }
            Segment segment = new Segment(store, path, SegmentLayout.decode(page), tip);
            Segment first = opened.putIfAbsent(base, segment);
            return first == null ? segment : first;
        } catch (NoSuchFileException e) {
            List<String> left = from.list(log); // others may be gone with it
            for (long other : bases) {
                if (other > base && !left.contains(SegmentLayout.fileName(other))) {
                    forget(other);
                }
            }
            forget(base);
            return null;
        }
    }

    /** Behind the last record that one of them holds, or should. */
    long endOf(Segment segment, long localStart) {
        long[] all = bases;
        int next = Arrays.binarySearch(all, segment.baseSequence() + 1);
        int place = next >= 0 ? next : -next - 1;
        return place < all.length ? all[place] : localStart;
    }

    /** Whether a segment is one of them. */
    boolean holds(Segment segment) {
        return opened.get(segment.baseSequence()) == segment;
    }

    /** Stores a sealed segment of the log, with its index if there is one. Before it goes. */
    void store(SegmentStore from, Segment segment) throws IOException {
        LogArchive to = archive;
        if (to == null) {
            return;
        }
        Path index = segment.path.resolveSibling(IndexFile.fileName(segment.baseSequence()));
        try {
            store(to, from, index);
        } catch (NoSuchFileException e) {
            // readers make it anew
        }
        store(to, from, segment.path);
    }

    private void store(LogArchive to, SegmentStore from, Path path) throws IOException {
        try (SegmentFile file = from.openForReading(path);
                ReadableByteChannel content = content(file)) {
            to.store(log, path.getFileName().toString(), content, file.size());
        }
    }

    private static ReadableByteChannel content(SegmentFile file) {
        return new ReadableByteChannel() {
            private long at;

            @Override
            public int read(ByteBuffer bytes) throws IOException {
                int limit = bytes.limit();
                bytes.limit(Math.min(limit, bytes.position() + PIECE_BYTES));
                int read = file.read(bytes, at);
                bytes.limit(limit);
                at += read;
                return read == 0 && bytes.hasRemaining() ? -1 : read;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    /** Says that a segment is stored, before the log forgets its own. */
    synchronized void add(long base) {
        if (Arrays.binarySearch(bases, base) < 0) {
            long[] all = Arrays.copyOf(bases, bases.length + 1);
            all[all.length - 1] = base;
            Arrays.sort(all);
            bases = all;
        }
    }

    private synchronized void forget(long base) {
        bases = Arrays.stream(bases).filter(it -> it > base).toArray();
        opened.keySet().removeIf(it -> it <= base);
    }

    List<Segment> opened() {
        return new ArrayList<>(opened.values());
    }

    /** An archive as a log reads it. */
    private record ArchiveStore(LogArchive archive, String log) implements SegmentStore {

        @Override
        public SegmentFile openForReading(Path file) throws IOException {
            return new ArchivedFile(archive.open(log, file.getFileName().toString()));
        }

        @Override
        public SegmentFile create(Path file) throws IOException {
            throw new IOException("archives take whole files only: file=" + file);
        }

        @Override
        public void delete(Path file) throws IOException {
            throw new NoSuchFileException(file.toString());
        }

        @Override
        public void createDirectories(Path directory) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Path> list(Path directory) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SegmentFile openForWriting(Path file) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void replace(Path from, Path to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void forceDirectory(Path directory) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long usableBytes(Path directory) {
            throw new UnsupportedOperationException();
        }
    }
}
