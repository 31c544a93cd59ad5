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
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Opens the files of one log, and mends what a crash left.
 * <p>
 * <b>Threads:</b> one that nobody interrupts, see {@link Uninterrupted}.
 */
final class LogRecovery {

    /*
     * What is forced ends at the first open tip (see LogForcer for the rules that make it so); nothing below it is read,
     * whatever the log's size. A log whose last tip says that it ends there was closed, or nothing was appended since: it
     * opens without a change.
     *
     * Any other log was left by a crash. What lies behind the first open tip was never forced, or was forced last
     * and nobody wrote it down; after a power cut, and after a force that failed, its pages may be clean in the cache
     * and absent on disk. So its frames, as far as they are whole and in sequence, are copied to a fresh segment, which
     * is forced, named like its first record, and of the next epoch. Then the old ones are cut at the tip, or deleted
     * where all of them was copied. What is not a frame in sequence goes to quarantine first.
     *
     * The epoch is raised by every such open. After a power cut, frames that readers had seen may be gone without a
     * trace, and their sequences will be given to others.
     *
     * A crash in between leaves the fresh segment unnamed, which is as if nothing had happened, or named beside the old
     * ones; those of a lower epoch that start at or behind a segment's base are then superseded by it.
     */
    private static final Logger LOG = System.getLogger(LogRecovery.class.getName());
    private static final String QUARANTINE = "quarantine";
    static final String UNFINISHED = ".tmp";
    private static final int WINDOW_BYTES = 1024 * 1024;

    private final SegmentStore store;
    private final String name;
    private final Path base;
    private final Path directory;
    private final boolean tolerant;
    private final FrameWindow window = new FrameWindow(WINDOW_BYTES);
    private final List<RecoveryAction> actions = new ArrayList<>();

    /** A segment file whose head is whole. */
    private record Found(Path path, long size, SegmentHead head, SegmentTip tip) {

        long base() {
            return head.baseSequence();
        }
    }

    /** A segment file that lacks what must be whole in its first page. */
    private record Headless(Path path, long offset, String field) {

        long base() {
            return SegmentLayout.baseSequence(path.getFileName().toString());
        }
    }

    /** What follows the tip of a segment. */
    private static final class Tail {

        private final Found segment;
        private final long start;
        private long end; // offset behind the last frame in sequence
        private long stray; // bytes from there to the last that is not zero
        private String defect = "";
        private boolean framesFollow; // behind what is no frame in sequence

        private Tail(Found segment, long start) {
            this.segment = segment;
            this.start = start;
            this.end = start;
        }
    }

    private LogRecovery(SegmentStore store, String name, Path base, boolean tolerant) {
        this.store = store;
        this.tolerant = tolerant;
        this.name = name;
        this.base = base;
        this.directory = base.resolve(LogName.directory(name));
    }

    /** Opens the log, creating it if it is new. */
    static RecoveredLog run(SegmentStore store, String name, Path base) throws IOException {
        return new LogRecovery(store, name, base, false).run();
    }

    /** Opens the log, mending what is damaged: see {@link RecoveryMode}. */
    static RecoveredLog run(SegmentStore store, String name, Path base, RecoveryMode mode) throws IOException {
        if (mode == RecoveryMode.STRICT) {
            return run(store, name, base);
        }
        List<RecoveryAction> mended = new ArrayList<>();
        try {
            return new LogRecovery(store, name, base, true).run();
        } catch (CorruptLogException e) {
            LOG.log(Level.ERROR, "log is mended, all of it is read for that: log=" + name, e);
            RecordingStore recording = new RecordingStore(store, name, done -> {
                mended.add(new RecoveryAction(done.what(), done.file(), 0, 0, done.detail()));
                LOG.log(Level.WARNING, done::toString);
            });
            new LogMending(recording, name, base, hole -> {}).run();
            RecoveredLog found = new LogRecovery(store, name, base, true).run();
            mended.addAll(found.actions());
            return new RecoveredLog(
                    found.segments(),
                    found.nextSequence(),
                    found.lastTimestampNanos(),
                    found.quarantinedBytes(),
                    found.checkpoint(),
                    mended);
        }
    }

    private RecoveredLog run() throws IOException {
        store.createDirectories(directory);
        CheckpointFile checkpoints = new CheckpointFile(store, directory);
        Checkpoint remembered = checkpoints.exists() ? checkpoints.read() : null;
        List<Headless> headless = new ArrayList<>();
        List<Found> found = inspect(headless);
        List<Found> dropped = dropped(found, remembered);
        List<Found> superseded = new ArrayList<>();
        List<Found> chain = chain(found, superseded);
        checkHeadless(headless, chain);
        checkStart(chain, headless, remembered);
        int firstInexact = checkChain(chain);
        List<Tail> tails = firstInexact == chain.size() ? List.of() : tails(chain, firstInexact);
        // nothing has been changed up to here
        deleteUnfinished(directory);
        if (!superseded.isEmpty()
                || chain.subList(0, firstInexact).stream()
                        .anyMatch(segment -> !segment.tip().isExact())) {
            store.forceDirectory(directory); // the name of a copy, which a crash may have left unforced
        }
        for (Found old : superseded) {
            store.delete(old.path());
            report(
                    Level.INFO,
                    "copied segment deleted",
                    old.path(),
                    0,
                    old.size(),
                    "epoch=" + old.head().epoch());
        }
        if (remembered != null && !dropped.isEmpty()) {
            remembered = remembered.next();
            checkpoints.write(remembered); // anew: the one that was found need not be on disk, and the files go now
        }
        for (Found old : dropped) {
            store.delete(old.path());
            report(Level.INFO, "segment below the log's start deleted", old.path(), 0, old.size(), "");
        }
        if (!superseded.isEmpty() || !dropped.isEmpty()) {
            store.forceDirectory(directory);
        }
        for (Headless each : headless) {
            quarantineWhole(each.path(), chain.get(chain.size() - 1).head().epoch());
        }
        List<Segment> segments = new ArrayList<>();
        for (Found sealed : chain.subList(0, firstInexact)) {
            segments.add(
                    sealed.tip().isExact()
                            ? new Segment(store, sealed.path(), sealed.head(), sealed.tip())
                            : cut(sealed));
        }
        if (!tails.isEmpty()) {
            segments.addAll(mend(tails));
        } else if (chain.isEmpty()) {
            segments.add(create());
        }
        deleteStrayIndexes(segments);
        SegmentTip tip = segments.get(segments.size() - 1).tip(SegmentTip.State.END);
        Checkpoint checkpoint = remember(checkpoints, remembered, segments);
        // also if nothing was changed: the process that named these files may have died before it forced their names
        store.forceDirectory(directory);
        store.forceDirectory(base);
        return new RecoveredLog(
                segments, tip.nextSequence(), tip.timestampNanos(), quarantinedBytes(), checkpoint, actions);
    }

    // --- the checkpoint

    /** Takes out, and returns, those that retention had dropped when a crash kept it from deleting them. */
    private static List<Found> dropped(List<Found> found, @Nullable Checkpoint remembered) {
        List<Found> dropped = new ArrayList<>();
        while (remembered != null && found.size() > 1 && found.get(0).base() < remembered.logStart()) {
            dropped.add(found.remove(0));
        }
        return dropped;
    }

    private void checkStart(List<Found> chain, List<Headless> headless, @Nullable Checkpoint remembered) {
        if (remembered == null) {
            return;
        }
        Path first = directory.resolve(SegmentLayout.fileName(remembered.logStart()));
        boolean isLater = !chain.isEmpty() && chain.get(0).base() > remembered.logStart();
        if (isLater && tolerant) {
            report(
                    Level.ERROR,
                    "the log's first segments are missing",
                    first,
                    0,
                    0,
                    "records=" + remembered.logStart() + " to " + (chain.get(0).base() - 1));
        } else if (chain.isEmpty() || chain.get(0).base() != remembered.logStart()) {
            boolean isHeadless = headless.stream().anyMatch(each -> each.path().equals(first));
            String there = isHeadless ? "one without a head" : "none";
            throw CorruptLogException.of(first, 0, "field=segment, expected=the log's first, found=" + there);
        }
        if (chain.get(0).head().logId() != remembered.logId()) {
            throw damage(
                    chain.get(0).path(),
                    SegmentLayout.LOG_ID_OFFSET,
                    "logId",
                    remembered.logId(),
                    chain.get(0).head().logId());
        }
    }

    private Checkpoint remember(CheckpointFile file, @Nullable Checkpoint remembered, List<Segment> segments)
            throws IOException {
        SegmentHead first = segments.get(0).head;
        Checkpoint checkpoint = remembered == null
                ? Checkpoint.of(first, first.baseSequence())
                : remembered.withLogStart(Math.max(remembered.logStart(), first.baseSequence()));
        for (Segment segment : segments) {
            checkpoint = checkpoint.with(segment.head);
        }
        if (remembered == null) {
            if (file.exists() || first.epoch() > 0 || segments.size() > 1) {
                report(
                        Level.WARNING,
                        "checkpoint made anew from the segments",
                        file.path(),
                        0,
                        0,
                        "logStart=" + first.baseSequence());
            }
            file.create(checkpoint);
        } else if (!checkpoint.equals(remembered)) {
            checkpoint = checkpoint.next();
            file.write(checkpoint);
        }
        return checkpoint;
    }

    // --- looking

    private List<Found> inspect(List<Headless> headless) throws IOException {
        List<Found> found = new ArrayList<>();
        for (Path path : store.list(directory)) {
            long baseSequence = SegmentLayout.baseSequence(path.getFileName().toString());
            if (baseSequence < 0) {
                continue;
            }
            try (SegmentFile file = store.openForReading(path)) {
                ByteBuffer page = ByteBuffer.allocate(SegmentLayout.HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
                int read = file.read(page, 0);
                if (read < SegmentLayout.HEAD_BYTES || SegmentLayout.defect(page) != null) {
                    headless.add(new Headless(path, 0, "head"));
                    continue;
                }
                if (SegmentLayout.version(page) != SegmentLayout.VERSION) {
                    throw UnsupportedFormatException.of(path, SegmentLayout.version(page));
                }
                Found segment = check(path, file.size(), page, baseSequence);
                if (segment == null) {
                    headless.add(new Headless(path, SegmentLayout.TIP_OFFSETS[0], "tip"));
                } else {
                    found.add(segment);
                }
            }
        }
        return found;
    }

    /** The segment that a head describes; null if it has no whole tip. */
    private static @Nullable Found check(Path path, long size, ByteBuffer page, long baseSequence) {
        SegmentHead head = SegmentLayout.decode(page);
        if (head.baseSequence() != baseSequence) {
            throw damage(path, SegmentLayout.BASE_SEQUENCE_OFFSET, "baseSequence", baseSequence, head.baseSequence());
        }
        int stray = SegmentLayout.strayByte(page);
        if (stray >= 0) {
            throw damage(path, stray, "unused", 0, page.get(stray));
        }
        SegmentTip tip = SegmentLayout.tip(page);
        if (tip == null) {
            return null;
        }
        if (tip.end() > size) {
            throw damage(path, size, "fileBytes", "at least " + tip.end(), size);
        }
        return new Found(path, size, head, tip);
    }

    /** Those that count, in order. A segment is superseded by one of a higher epoch that starts before it or with it. */
    private static List<Found> chain(List<Found> found, List<Found> superseded) {
        List<Found> chain = new ArrayList<>();
        int epoch = 0;
        for (Found segment : found) {
            if (segment.head().epoch() < epoch) {
                superseded.add(segment);
            } else {
                epoch = segment.head().epoch();
                chain.add(segment);
            }
        }
        return chain;
    }

    /**
     * A crash leaves a segment without a head, or without a tip, only behind one that does not say that it is followed;
     * or it brings one back that was deleted since, whose records are elsewhere.
     */
    private static void checkHeadless(List<Headless> headless, List<Found> chain) {
        for (Headless each : headless) {
            long baseSequence = each.base();
            boolean explained = false;
            for (Found segment : chain) {
                if (segment.base() < baseSequence) {
                    explained = segment.tip().state() != SegmentTip.State.FOLLOWED
                            || segment.tip().nextSequence() > baseSequence;
                }
            }
            if (!explained) {
                throw CorruptLogException.of(
                        each.path(), each.offset(), "field=" + each.field() + ", expected=a whole one, found=none");
            }
        }
    }

    /**
     * Checks how each follows the one before; returns the place of the first behind whose tip a crash may have left
     * something.
     */
    private int checkChain(List<Found> chain) throws IOException {
        int lastForced = 0;
        for (int i = 0; i < chain.size(); i++) {
            Found segment = chain.get(i);
            boolean restarted =
                    i > 0 && chain.get(i - 1).head().epoch() < segment.head().epoch();
            if (restarted || segment.tip().isExact() || segment.tip().frameBytes() > 0) {
                lastForced = i;
            }
        }
        for (int i = 0; i < chain.size(); i++) {
            Found segment = chain.get(i);
            if (i == chain.size() - 1) {
                if (segment.tip().state() == SegmentTip.State.FOLLOWED && tolerant) {
                    report(
                            Level.ERROR,
                            "the segments behind this one are missing; how many records are lost is unknown",
                            segment.path(),
                            segment.tip().end(),
                            0,
                            "nextSequence=" + segment.tip().nextSequence());
                    return i;
                }
                if (segment.tip().state() == SegmentTip.State.FOLLOWED) {
                    throw missing(segment, "none");
                }
                boolean untouched = segment.tip().isExact()
                        && strayBytes(segment, segment.tip().end()) == 0;
                if (!untouched) {
                    checkLastFrame(segment);
                }
                return untouched ? i + 1 : i;
            }
            Found next = chain.get(i + 1);
            if (next.head().logId() != segment.head().logId()) {
                throw damage(
                        next.path(),
                        SegmentLayout.LOG_ID_OFFSET,
                        "logId",
                        segment.head().logId(),
                        next.head().logId());
            }
            boolean inexact = !segment.tip().isExact() && segment.tip().nextSequence() != next.base();
            if (inexact && i >= lastForced) {
                checkLastFrame(segment);
                return i;
            }
            if (inexact) {
                chain.set(i, completed(segment, next));
            } else if (next.base() > segment.tip().nextSequence() && tolerant) {
                report(
                        Level.ERROR,
                        "segments between this one and the next are missing",
                        segment.path(),
                        segment.tip().end(),
                        0,
                        "records=" + segment.tip().nextSequence() + " to " + (next.base() - 1));
            } else if (next.base() > segment.tip().nextSequence()) {
                throw missing(segment, next.path().getFileName().toString());
            } else if (next.base() != segment.tip().nextSequence()) {
                throw damage(
                        next.path(),
                        SegmentLayout.BASE_SEQUENCE_OFFSET,
                        "baseSequence",
                        segment.tip().nextSequence(),
                        next.base());
            } else if (!segment.tip().isExact() && i >= lastForced) {
                checkLastFrame(segment);
                return i;
            }
        }
        return 0;
    }

    /**
     * A segment that was forced as a whole, as the next shows, although its tip on file vouches for less: the newer of its
     * two tips is damaged. The frames themselves tell whether all are there.
     */
    private Found completed(Found segment, Found next) throws IOException {
        checkLastFrame(segment);
        SegmentTip tip = segment.tip();
        try (SegmentFile file = store.openForReading(segment.path())) {
            window.clear();
            while (tip.nextSequence() < next.base()) {
                String defect = window.head(
                        file, tip.end(), segment.size(), segment.head().frameTag(), tip.nextSequence());
                if (defect == null) {
                    defect = window.body(file, tip.end(), segment.size());
                }
                if (defect != null) {
                    throw CorruptLogException.of(segment.path(), tip.end(), defect);
                }
                tip = window.behind(tip);
            }
        }
        if (tip.nextSequence() != next.base()) {
            throw damage(
                    next.path(), SegmentLayout.BASE_SEQUENCE_OFFSET, "baseSequence", tip.nextSequence(), next.base());
        }
        report(
                Level.WARNING,
                "the newer tip was damaged, the frames it vouched for are whole",
                segment.path(),
                segment.tip().end(),
                tip.end() - segment.tip().end(),
                "nextSequence=" + tip.nextSequence());
        return new Found(segment.path(), segment.size(), segment.head(), tip);
    }

    /** The frame that a tip vouches for last must be there: it shows that tip and frames belong together. */
    private void checkLastFrame(Found segment) throws IOException {
        SegmentTip tip = segment.tip();
        if (tip.frameBytes() == 0) {
            return;
        }
        try (SegmentFile file = store.openForReading(segment.path())) {
            window.clear();
            long at = tip.frameOffset();
            String defect = window.head(file, at, tip.end(), segment.head().frameTag());
            if (defect == null) {
                defect = window.body(file, at, tip.end());
            }
            if (defect == null && window.crc() != tip.frameCrc()) {
                defect = Defect.of("checksum", tip.frameCrc(), window.crc());
            }
            if (defect != null) {
                throw CorruptLogException.of(segment.path(), at, defect);
            }
        }
    }

    // --- what a crash left

    /** Reads on behind the tips, as far as frames follow in sequence; a segment after the last such frame has none. */
    private List<Tail> tails(List<Found> chain, int from) throws IOException {
        List<Tail> tails = new ArrayList<>();
        long sequence = chain.get(from).tip().nextSequence();
        boolean whole = true;
        for (int i = from; i < chain.size(); i++) {
            Found segment = chain.get(i);
            Tail tail = new Tail(segment, i == from ? segment.tip().end() : SegmentLayout.HEAD_BYTES);
            tails.add(tail);
            whole &= i == from || segment.base() == sequence;
            if (whole) {
                sequence = read(tail, sequence);
            } else {
                tail.stray = strayBytes(segment, tail.start);
                tail.defect = Defect.of("baseSequence", sequence, segment.base());
            }
        }
        return tails;
    }

    /** Goes over the frames that follow in sequence from the tail's end on; returns the sequence behind the last. */
    private long read(Tail tail, long sequence) throws IOException {
        Found segment = tail.segment;
        long next = sequence;
        int tag = segment.head().frameTag();
        try (SegmentFile file = store.openForReading(segment.path())) {
            window.clear();
            while (tail.end < segment.size()) {
                String defect = window.head(file, tail.end, segment.size(), tag, next);
                if (defect == null) {
                    defect = window.body(file, tail.end, segment.size());
                }
                if (defect != null) {
                    tail.defect = defect;
                    break;
                }
                tail.end += window.frameBytes();
                next += window.count();
            }
            tail.stray = strayBytes(segment, tail.end);
            tail.framesFollow = holdsFrame(file, tail.end, tail.end + tail.stray, segment.size(), next, tag);
        }
        return next;
    }

    /** Whether a whole frame of this log, of a later sequence, starts anywhere between two offsets. */
    private boolean holdsFrame(SegmentFile file, long offset, long end, long size, long sequence, int tag)
            throws IOException {
        long found = end > offset ? window.nextFrame(file, offset, size, tag, sequence) : -1;
        return found >= 0 && found < end;
    }

    /** How many bytes follow an offset up to the last that is not zero. */
    private long strayBytes(Found segment, long offset) throws IOException {
        if (segment.size() <= offset) {
            return 0;
        }
        long last = offset;
        try (SegmentFile file = store.openForReading(segment.path())) {
            ByteBuffer bytes = ByteBuffer.allocate(WINDOW_BYTES);
            ByteBuffer zeros = ByteBuffer.allocate(WINDOW_BYTES);
            for (long at = offset; at < segment.size(); at += bytes.limit()) {
                if (file.read(bytes.clear(), at) == 0) {
                    break;
                }
                bytes.flip();
                if (bytes.mismatch(zeros.clear().limit(bytes.limit())) >= 0) {
                    int i = bytes.limit() - 1;
                    while (bytes.get(i) == 0) {
                        i--;
                    }
                    last = at + i + 1;
                }
            }
        }
        return last - offset;
    }

    // --- mending

    private List<Segment> mend(List<Tail> tails) throws IOException {
        for (Tail tail : tails) {
            if (tail.stray > 0) {
                quarantine(tail);
            }
        }
        Found first = tails.get(0).segment;
        Segment fresh = copy(tails);
        store.forceDirectory(directory);
        IndexFile.delete(store, fresh.path, fresh.baseSequence()); // of the one whose place it took
        List<Segment> segments = new ArrayList<>();
        if (first.base() < fresh.baseSequence()) {
            segments.add(cut(first));
        }
        for (Tail tail : tails.subList(1, tails.size())) {
            if (tail.segment.base() != fresh.baseSequence()) {
                store.delete(tail.segment.path());
            }
        }
        store.forceDirectory(directory); // a deleted file must not come back, beside those that follow
        segments.add(fresh);
        return segments;
    }

    /** Copies the frames behind the tips to a new segment of the next epoch, all of it forced. */
    private Segment copy(List<Tail> tails) throws IOException {
        Found first = tails.get(0).segment;
        long baseSequence = first.tip().nextSequence();
        Path path = directory.resolve(SegmentLayout.fileName(baseSequence));
        Path unfinished = unfinished(path);
        int epoch = tails.get(tails.size() - 1).segment.head().epoch() + 1;
        SegmentHead head = first.head();
        SegmentTip tip = SegmentTip.empty(baseSequence, first.tip().timestampNanos(), SegmentTip.State.END);
        long copied = 0;
        try (SegmentFile to = store.create(unfinished)) {
            for (Tail tail : tails) {
                tip = copy(tail, to, tip);
                copied = tip.end() - SegmentLayout.HEAD_BYTES;
            }
            head = new SegmentHead(head.logId(), epoch, tip.nextSequence(), baseSequence);
            to.write(SegmentLayout.encode(head, tip), 0);
            to.force();
        }
        store.replace(unfinished, path);
        report(
                Level.INFO,
                "records behind the last known force written anew",
                path,
                SegmentLayout.HEAD_BYTES,
                copied,
                "epoch=" + epoch + ", records=" + (tip.nextSequence() - baseSequence) + ", nextSequence="
                        + tip.nextSequence());
        return new Segment(store, path, head, tip);
    }

    /** Copies a tail's frames behind a tip; returns the tip behind them. */
    private SegmentTip copy(Tail tail, SegmentFile to, SegmentTip from) throws IOException {
        Found segment = tail.segment;
        SegmentTip tip = from;
        long at = tail.start;
        try (SegmentFile file = store.openForReading(segment.path())) {
            window.clear();
            while (at < tail.end) {
                String defect = window.head(file, at, tail.end, segment.head().frameTag(), tip.nextSequence());
                if (defect == null) {
                    defect = window.body(file, at, tail.end);
                }
                if (defect != null) { // it was whole a moment ago
                    throw new IOException("file changed while it was read: file=" + segment.path() + ", offset=" + at
                            + ", " + defect);
                }
                to.write(window.frame(), tip.end());
                tip = window.behind(tip);
                at += window.frameBytes();
            }
        }
        return tip;
    }

    /** Ends a segment at its tip. */
    private Segment cut(Found found) throws IOException {
        Segment segment = new Segment(store, found.path(), found.head(), found.tip());
        segment.attach(new ChannelWriter(store.openForWriting(found.path())));
        segment.seal(SegmentTip.State.FOLLOWED, new LogReaders()); // nobody reads yet
        return segment;
    }

    private Segment create() throws IOException {
        SegmentHead head = new SegmentHead(new SecureRandom().nextLong(), 0, 0, 0);
        SegmentTip tip = SegmentTip.empty(0, Long.MIN_VALUE, SegmentTip.State.END);
        Path path = directory.resolve(SegmentLayout.fileName(0));
        Path unfinished = unfinished(path);
        try (SegmentFile file = store.create(unfinished)) {
            file.write(SegmentLayout.encode(head, tip), 0);
            file.force();
        }
        store.replace(unfinished, path);
        store.forceDirectory(directory); // before the checkpoint, which says that there is a segment
        return new Segment(store, path, head, tip);
    }

    // --- quarantine

    /** Copies what is no frame in sequence aside; a copy that a crash interrupted is made again. */
    private void quarantine(Tail tail) throws IOException {
        Path aside = quarantineDirectory();
        Path from = tail.segment.path();
        String segment = from.getFileName().toString().replace(".log", "");
        Path copy = aside.resolve(segment + "-epoch" + tail.segment.head().epoch() + "-offset" + tail.end + ".torn");
        Path unfinished = unfinished(copy);
        try (SegmentFile file = store.openForReading(from);
                SegmentFile to = store.create(unfinished)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(tail.stray, WINDOW_BYTES));
            for (long at = 0; at < tail.stray; at += bytes.limit()) {
                int length = (int) Math.min(bytes.capacity(), tail.stray - at);
                file.read(bytes.clear().limit(length), tail.end + at);
                to.write(bytes.flip(), at);
            }
            to.force();
        }
        store.replace(unfinished, copy);
        store.forceDirectory(aside);
        report(
                Level.WARNING,
                tail.framesFollow
                        ? "torn tail moved to quarantine; whole frames follow in it, so it may be damage to the records forced last"
                        : "torn tail moved to quarantine",
                from,
                tail.end,
                tail.stray,
                tail.defect);
    }

    /** Moves a segment without a head, or without a tip, aside. Its own epoch is unknown; that of the log tells it from later ones. */
    private void quarantineWhole(Path path, int epoch) throws IOException {
        Path aside = quarantineDirectory();
        String segment = path.getFileName().toString().replace(".log", "");
        long bytes;
        try (SegmentFile file = store.openForReading(path)) {
            bytes = file.size();
        }
        Path to = aside.resolve(segment + "-epoch" + epoch + "-headless.torn");
        store.replace(path, to);
        store.forceDirectory(aside);
        if (store.list(directory).contains(path)) { // an earlier move left both names; then moving does nothing
            store.delete(path);
        }
        store.forceDirectory(directory);
        report(
                Level.WARNING,
                "segment without a head, or without a tip, moved to quarantine",
                path,
                0,
                bytes,
                "epoch=" + epoch);
    }

    private Path quarantineDirectory() throws IOException {
        Path aside = directory.resolve(QUARANTINE);
        store.createDirectories(aside);
        deleteUnfinished(aside);
        return aside;
    }

    private void deleteUnfinished(Path parent) throws IOException {
        for (Path path : store.list(parent)) {
            if (path.getFileName().toString().endsWith(UNFINISHED)) {
                store.delete(path);
            }
        }
    }

    /** Deletes the indexes of segments that are gone. */
    private void deleteStrayIndexes(List<Segment> segments) throws IOException {
        Set<Long> kept = segments.stream().map(Segment::baseSequence).collect(Collectors.toSet());
        for (Path path : store.list(directory)) {
            long baseSequence = IndexFile.baseSequence(path.getFileName().toString());
            if (baseSequence >= 0 && !kept.contains(baseSequence)) {
                store.delete(path);
            }
        }
    }

    private static Path unfinished(Path path) {
        return path.resolveSibling(path.getFileName() + UNFINISHED);
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

    // --- words

    /** @param next the file that is there in place of the one that should follow */
    private CorruptLogException missing(Found before, String next) {
        return CorruptLogException.of(
                directory.resolve(SegmentLayout.fileName(before.tip().nextSequence())),
                0,
                "field=segment, expected=the one behind " + before.path().getFileName() + ", found=" + next);
    }

    private static CorruptLogException damage(Path path, long offset, String field, long expected, long found) {
        return CorruptLogException.of(path, offset, Defect.of(field, expected, found));
    }

    private static CorruptLogException damage(Path path, long offset, String field, String expected, long found) {
        return CorruptLogException.of(path, offset, Defect.of(field, expected, found));
    }

    private void report(Level level, String what, Path file, long offset, long bytes, String detail) {
        actions.add(new RecoveryAction(what, file, offset, bytes, detail));
        LOG.log(
                level,
                () -> what + ": log=" + name + ", file=" + file + ", offset=" + offset + ", bytes=" + bytes
                        + (detail.isEmpty() ? "" : ", " + detail));
    }
}
