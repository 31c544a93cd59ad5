package io.netbus.redex;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens the files of one log: checks every byte of them, and only if all is well, or torn in a way a crash explains,
 * mends what the crash left.
 * <p>
 * <b>Threads:</b> one that nobody interrupts, see {@link Uninterrupted}.
 */
final class LogRecovery {

    /*
     * What a crash can leave, and what is done about it:
     *
     * - The last segment ends in bytes that are no frame, and no frame follows them: a torn tail. Its bytes are copied
     *   to quarantine, a segment of the next epoch is put behind the last whole frame, and the torn bytes are cut. The
     *   epoch is raised even if the frame was never complete, hence never visible: the file looks the same as one that
     *   lost records which were.
     * - The last segment has no whole head: the same, with the segment itself as its tail.
     * - A crash during the above: the next epoch's segment is there, but the torn bytes still precede it. As the
     *   segment starts right behind the last whole frame, they are superseded, and are cut.
     *
     * Everything else is damage, and changes nothing on disk.
     *
     * In the end all segments are forced: a killed process leaves records that only the page cache has. What this lacks
     * is a way to find pages that a failed force left clean in the cache and absent on disk; they read well and are
     * not written again.
     */
    private static final Logger LOG = System.getLogger(LogRecovery.class.getName());
    private static final String QUARANTINE = "quarantine";
    private static final String UNFINISHED = ".tmp";
    private static final int WINDOW_BYTES = 1024 * 1024;

    private final SegmentStore store;
    private final String name;
    private final Path base;
    private final Path directory;
    private final FrameWindow window = new FrameWindow(WINDOW_BYTES);

    private final List<Segment> segments = new ArrayList<>();
    private final List<Tail> superseded = new ArrayList<>();
    private @Nullable Tail torn;
    private long nextSequence;
    private long lastTimestampNanos = Long.MIN_VALUE;

    /** Bytes from an offset to a segment's end that are no frames. */
    private record Tail(Path path, int epoch, long offset, long bytes, String defect) {

        CorruptLogException asDamage() {
            return CorruptLogException.of(path, offset, defect);
        }
    }

    private LogRecovery(SegmentStore store, String name, Path base) {
        this.store = store;
        this.name = name;
        this.base = base;
        this.directory = base.resolve(LogName.directory(name));
    }

    /** Opens the log, creating it if it is new. */
    static RecoveredLog run(SegmentStore store, String name, Path base) throws IOException {
        return new LogRecovery(store, name, base).run();
    }

    private RecoveredLog run() throws IOException {
        store.createDirectories(directory);
        List<Path> files = segmentFiles();
        for (int i = 0; i < files.size(); i++) {
            check(files.get(i), i == files.size() - 1);
        }
        // nothing has been changed up to here
        deleteUnfinished(directory);
        mend();
        return open();
    }

    private List<Path> segmentFiles() throws IOException {
        return store.list(directory).stream()
                .filter(path -> SegmentLayout.baseSequence(path.getFileName().toString()) >= 0)
                .toList();
    }

    // --- checking

    private void check(Path path, boolean last) throws IOException {
        try (SegmentFile file = store.openForReading(path)) {
            window.clear();
            long size = file.size();
            ByteBuffer bytes = ByteBuffer.allocate(SegmentLayout.HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            String defect = file.read(bytes, 0) < SegmentLayout.HEAD_BYTES
                    ? Defect.of("fileBytes", "at least " + SegmentLayout.HEAD_BYTES, size)
                    : SegmentLayout.defect(bytes);
            if (defect != null) {
                checkHeadless(path, file, size, last, defect);
                return;
            }
            if (SegmentLayout.version(bytes) != SegmentLayout.VERSION) {
                throw UnsupportedFormatException.of(path, SegmentLayout.version(bytes));
            }
            SegmentHead head = SegmentLayout.decode(bytes);
            checkHead(path, head);
            checkFrames(path, file, size, head, last);
        }
    }

    private void checkHeadless(Path path, SegmentFile file, long size, boolean last, String defect) throws IOException {
        long base = SegmentLayout.baseSequence(path.getFileName().toString());
        Tail tail = new Tail(path, segments.isEmpty() ? 0 : lastHead().epoch(), 0, size, defect);
        boolean follows = segments.isEmpty() || base == nextSequence;
        if (!last || !follows || !superseded.isEmpty() || holdsFrame(file, 0, size, base)) {
            throw tail.asDamage();
        }
        nextSequence = base;
        torn = tail;
    }

    private void checkHead(Path path, SegmentHead head) {
        long base = SegmentLayout.baseSequence(path.getFileName().toString());
        if (head.baseSequence() != base) {
            throw damage(path, SegmentLayout.BASE_SEQUENCE_OFFSET, "baseSequence", base, head.baseSequence());
        }
        if (segments.isEmpty()) {
            nextSequence = base;
            return;
        }
        SegmentHead previous = lastHead();
        Tail unexplained = superseded.isEmpty() ? null : superseded.get(superseded.size() - 1);
        if (unexplained != null && unexplained.path().equals(lastSegment().path)) {
            if (base != nextSequence || head.epoch() <= previous.epoch()) {
                throw unexplained.asDamage();
            }
        }
        if (base != nextSequence) {
            throw damage(path, SegmentLayout.BASE_SEQUENCE_OFFSET, "baseSequence", nextSequence, base);
        }
        if (head.logId() != previous.logId()) {
            throw damage(path, SegmentLayout.LOG_ID_OFFSET, "logId", previous.logId(), head.logId());
        }
        if (head.epoch() < previous.epoch()) {
            throw damage(path, SegmentLayout.EPOCH_OFFSET, "epoch", previous.epoch(), head.epoch());
        }
    }

    private void checkFrames(Path path, SegmentFile file, long size, SegmentHead head, boolean last)
            throws IOException {
        Segment segment = new Segment(path, head);
        segments.add(segment);
        int tag = head.frameTag();
        while (segment.end() < size) {
            long at = segment.end();
            String defect = window.head(file, at, size, tag, nextSequence);
            if (defect == null) {
                defect = window.body(file, at, size);
            }
            if (defect != null) {
                Tail tail = new Tail(path, head.epoch(), at, size - at, defect);
                if (holdsFrame(file, at, size, nextSequence)) {
                    throw tail.asDamage();
                }
                if (last) {
                    torn = tail;
                } else {
                    superseded.add(tail); // if the next segment says so
                }
                return;
            }
            segment.add(nextSequence, window.frameBytes());
            nextSequence += window.count();
            lastTimestampNanos = Math.max(lastTimestampNanos, window.timestampNanos());
        }
    }

    /** Whether a whole frame of this log, of a later sequence, starts anywhere behind an offset. */
    private boolean holdsFrame(SegmentFile file, long offset, long size, long sequence) throws IOException {
        boolean anyLog = segments.isEmpty();
        for (long at = offset + FrameLayout.ALIGNMENT_BYTES;
                at <= size - FrameLayout.HEAD_BYTES;
                at += FrameLayout.ALIGNMENT_BYTES) {
            if (window.holdsFrame(file, at, size, sequence)
                    && (anyLog || window.tag() == lastHead().frameTag())) {
                return true;
            }
        }
        return false;
    }

    // --- mending

    private void mend() throws IOException {
        for (Tail tail : superseded) {
            quarantine(tail);
            cut(tail);
            report(Level.INFO, "left-over of an interrupted recovery moved to quarantine", tail);
        }
        Tail tail = torn;
        if (tail != null) {
            quarantine(tail);
            startEpoch(tail);
            report(Level.WARNING, "torn tail moved to quarantine", tail);
        } else if (segments.isEmpty()) {
            SegmentHead head = new SegmentHead(new SecureRandom().nextLong(), 0, 0, 0);
            segments.add(createWhole(head));
        }
    }

    private void startEpoch(Tail tail) throws IOException {
        SegmentHead head = segments.isEmpty()
                ? new SegmentHead(new SecureRandom().nextLong(), 1, nextSequence, nextSequence)
                : lastHead().nextEpoch(nextSequence);
        if (!segments.isEmpty() && lastSegment().isEmpty() && tail.offset() > 0) {
            segments.remove(segments.size() - 1); // of the same name: the new one takes its place
            segments.add(createWhole(head));
        } else {
            segments.add(createWhole(head));
            if (tail.offset() > 0) {
                cut(tail);
            }
        }
    }

    /** A segment that is either not there or complete, also after a power cut. */
    private Segment createWhole(SegmentHead head) throws IOException {
        Path path = directory.resolve(SegmentLayout.fileName(head.baseSequence()));
        Path unfinished = path.resolveSibling(path.getFileName() + UNFINISHED);
        try (SegmentFile file = store.create(unfinished)) {
            file.write(SegmentLayout.encode(head), 0);
            file.force();
        }
        store.replace(unfinished, path);
        store.forceDirectory(directory);
        return new Segment(path, head);
    }

    private void cut(Tail tail) throws IOException {
        try (SegmentFile file = store.openForWriting(tail.path())) {
            file.resize(tail.offset());
            file.force();
        }
    }

    /** Copies a tail aside; a copy that a crash interrupted is made again. */
    private void quarantine(Tail tail) throws IOException {
        if (tail.bytes() == 0) {
            return;
        }
        Path aside = directory.resolve(QUARANTINE);
        store.createDirectories(aside);
        deleteUnfinished(aside);
        String segment = tail.path().getFileName().toString().replace(".log", "");
        Path copy = aside.resolve(segment + "-epoch" + tail.epoch() + "-offset" + tail.offset() + ".torn");
        Path unfinished = copy.resolveSibling(copy.getFileName() + UNFINISHED);
        try (SegmentFile from = store.openForReading(tail.path());
                SegmentFile to = store.create(unfinished)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(tail.bytes(), WINDOW_BYTES));
            long at = 0;
            while (at < tail.bytes() && from.read(bytes.clear(), tail.offset() + at) > 0) {
                bytes.flip();
                int count = bytes.remaining();
                to.write(bytes, at);
                at += count;
            }
            to.force();
        }
        store.replace(unfinished, copy);
        store.forceDirectory(aside);
    }

    private void deleteUnfinished(Path parent) throws IOException {
        for (Path path : store.list(parent)) {
            if (path.getFileName().toString().endsWith(UNFINISHED)) {
                store.delete(path);
            }
        }
    }

    // --- opening

    private RecoveredLog open() throws IOException {
        Segment active = lastSegment();
        try {
            for (Segment segment : segments) {
                segment.attach(store.openForWriting(segment.path));
                segment.force();
                if (segment != active) {
                    segment.release();
                }
            }
            store.forceDirectory(directory);
            store.forceDirectory(base);
            return new RecoveredLog(segments, nextSequence, lastTimestampNanos, quarantinedBytes());
        } catch (IOException | RuntimeException e) {
            active.release();
            throw e;
        }
    }

    private long quarantinedBytes() throws IOException {
        long sum = 0;
        for (Path path : store.list(directory.resolve(QUARANTINE))) {
            try (SegmentFile file = store.openForReading(path)) {
                sum += file.size();
            }
        }
        return sum;
    }

    private Segment lastSegment() {
        return segments.get(segments.size() - 1);
    }

    private SegmentHead lastHead() {
        return lastSegment().head;
    }

    private static CorruptLogException damage(Path path, long offset, String field, long expected, long found) {
        return CorruptLogException.of(path, offset, Defect.of(field, expected, found));
    }

    private void report(Level level, String what, Tail tail) {
        LOG.log(
                level,
                () -> what + ": log=" + name + ", file=" + tail.path() + ", offset=" + tail.offset() + ", bytes="
                        + tail.bytes() + ", " + tail.defect() + ", epoch="
                        + lastHead().epoch() + ", nextSequence="
                        + nextSequence);
    }
}
