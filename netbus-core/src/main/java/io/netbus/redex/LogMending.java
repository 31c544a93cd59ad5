package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Repairs the files of one log. <b>Threads:</b> one that nobody interrupts, once.
 */
final class LogMending {

    /*
     * First what opening would refuse or not look at, each thing in place and forced, what it overwrites being copied to
     * quarantine before. Then LogRecovery, which does what is left to do after a crash, or refuses.
     *
     * A hole, where frames should be and are not, gets a frame's head with the length and the sequences that its
     * neighbours prove, over bytes that stay as they are. If the checksum then is right, only the head was damaged and all
     * is well. Otherwise the head, or several if the hole is large, gets a checksum that is wrong: who reads there is told
     * of damage, and who goes over heads finds what is behind.
     */
    private static final int[] STORED_AS = {FrameLayout.PLAIN, FrameLayout.LZ4};
    private static final int SECTOR_BYTES = 512;
    private static final int COPY_BYTES = 1024 * 1024;
    private static final int PIECE_BYTES = 1024 * 1024;

    private final RecordingStore store;
    private final String log;
    private final Path base;
    private final Path directory;
    private final Findings findings;
    private final LogCheck check;
    private final LogParts parts;

    private @Nullable String refusal;

    /** @param lost told of places where records are lost */
    LogMending(RecordingStore store, String log, Path base, Consumer<LogFinding> lost) throws IOException {
        this.store = store;
        this.log = log;
        this.base = base;
        this.directory = base.resolve(LogName.directory(log));
        this.findings = new Findings(log, () -> false, finding -> {
            if (finding.kind() == LogFinding.Kind.DAMAGE && finding.records() > 0) {
                lost.accept(finding);
            }
        });
        this.check = new LogCheck(store, log, directory, findings, bytes -> {});
        this.parts = check.parts();
    }

    /** Why opening refuses the log still; null if it does not. */
    @Nullable
    String refusal() {
        return refusal;
    }

    /** Repairs the log; returns in what condition it was. */
    LogVerdict run() throws IOException {
        check.keepHoles();
        LogVerdict before = check.verify();
        if (before.condition() == LogInfo.Condition.CLEAN && before.damages() == 0 && before.notes() == 0) {
            return before;
        }
        for (Path index : check.wrongIndexes()) {
            store.delete(index);
        }
        store.quiet(true);
        mendSegments();
        mendCheckpoint();
        store.quiet(false);
        try {
            LogRecovery.run(store, log, base);
        } catch (CorruptLogException | UnsupportedFormatException e) {
            refusal = e.getMessage();
        }
        return before;
    }

    // --- segments

    private void mendSegments() throws IOException {
        List<SegmentPart> chain = parts.chain();
        for (int i = 0; i < chain.size(); i++) {
            SegmentPart part = chain.get(i);
            if (parts.isForeign(part)) {
                mendForeign(i);
            } else if (!part.isNewer() && part.size >= SegmentLayout.HEAD_BYTES) {
                mendPage(i);
                mendHoles(i);
                mendEnd(i);
            }
        }
    }

    /** Takes a segment of another log away, if nothing is missing without it. */
    private void mendForeign(int index) throws IOException {
        SegmentPart part = parts.chain().get(index);
        SegmentTip before = index == 0 ? null : parts.chain().get(index - 1).tip();
        boolean isLast = index == parts.chain().size() - 1;
        if (!isLast || before == null || before.state() == SegmentTip.State.FOLLOWED) {
            return;
        }
        Path to = quarantine(part, "-foreign");
        if (isThere(to)) {
            return;
        }
        store.tell(to, "segment of another log moved to quarantine", "from=" + part.path.getFileName());
        store.replace(part.path, to);
        store.forceDirectory(quarantineDirectory());
        store.forceDirectory(directory);
    }

    /** Writes the head page as it must have been. */
    private void mendPage(int index) throws IOException {
        SegmentPart part = parts.chain().get(index);
        if (part.isWhole()) {
            return;
        }
        SegmentHead head = head(index);
        SegmentTip tip = part.tip() == null ? tip(index) : part.tip();
        if (head == null || tip == null || head.baseSequence() != part.base) {
            return;
        }
        ByteBuffer old = ByteBuffer.allocate(SegmentLayout.HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (SegmentFile file = store.openForReading(part.path)) {
            file.read(old, 0);
        } catch (IOException e) {
            return; // the sector is bad, and writing may not help
        }
        ByteBuffer page = SegmentLayout.encode(head, tip);
        int other = SegmentLayout.tipOffset(tip.generation() + 1);
        SegmentTip older = part.slot(other == SegmentLayout.TIP_OFFSETS[0] ? 0 : 1);
        if (older != null && older.generation() == tip.generation() - 1) {
            page.put(other, TipLayout.encode(older), 0, TipLayout.BYTES);
        } else if (tip.generation() > 1 || !TipLayout.isUnused(old, other)) {
            page.put(other, TipLayout.encode(tip.next()), 0, TipLayout.BYTES);
        }
        String flaws = part.flaws().stream()
                .map(flaw -> flaw.mismatch().field() + "@" + flaw.offset())
                .collect(Collectors.joining(" "));
        keep(part, 0, SegmentLayout.HEAD_BYTES);
        store.tell(part.path, "head page written anew", "mended=" + flaws);
        try (SegmentFile file = store.openForWriting(part.path)) {
            for (int at = 0; at < SegmentLayout.HEAD_BYTES; at += SECTOR_BYTES) {
                ByteBuffer sector = page.slice(at, SECTOR_BYTES);
                if (!sector.equals(old.slice(at, SECTOR_BYTES))) {
                    file.write(sector, at);
                }
            }
            file.force();
        }
    }

    /** The head that a segment has, or must have had; null if nothing proves it. */
    private @Nullable SegmentHead head(int index) throws IOException {
        SegmentPart part = parts.chain().get(index);
        if (part.head() != null) {
            return part.head();
        }
        Long id = parts.logId();
        if (id == null || !isOfLog(part, Long.hashCode(id))) {
            return null;
        }
        TreeMap<Integer, Long> epochs = new TreeMap<>();
        Checkpoint checkpoint = parts.checkpoint();
        if (checkpoint != null) {
            checkpoint.epochs().forEach(epoch -> epochs.put(epoch.epoch(), epoch.start()));
        }
        int lowest = 0;
        int highest = Integer.MAX_VALUE;
        for (int i = 0; i < parts.chain().size(); i++) {
            SegmentHead known = parts.chain().get(i).head();
            if (known != null && !parts.isForeign(parts.chain().get(i))) {
                epochs.put(known.epoch(), known.epochStart());
                lowest = i < index ? known.epoch() : lowest;
                highest = i > index ? Math.min(highest, known.epoch()) : highest;
            }
        }
        boolean isLast = index == parts.chain().size() - 1;
        if (isLast && checkpoint == null) {
            return null; // it may be the only one of its epoch
        }
        long end = isLast ? Long.MAX_VALUE : parts.chain().get(index + 1).base;
        SegmentHead head = null;
        for (Map.Entry<Integer, Long> epoch : epochs.entrySet()) { // the newest that began before the segment's end
            if (epoch.getValue() < end && epoch.getKey() >= lowest && epoch.getKey() <= highest) {
                head = new SegmentHead(id, epoch.getKey(), epoch.getValue(), part.base);
            }
        }
        return head;
    }

    /** Whether a segment without a head holds frames of this log that belong behind its name. */
    private boolean isOfLog(SegmentPart part, int tag) throws IOException {
        SegmentTip tip = part.tip();
        if (tip != null && tip.end() == SegmentLayout.HEAD_BYTES && tip.nextSequence() == part.base) {
            return true;
        }
        try (SegmentFile file = store.openForReading(part.path)) {
            FrameProbe probe = new FrameProbe(file, part.size);
            return probe.next(SegmentLayout.HEAD_BYTES, part.size, tag, part.base, Long.MAX_VALUE) >= 0;
        }
    }

    /**
     * A tip for a segment that has none: behind all its frames, if a later segment shows where these end. Otherwise before
     * those that are whole to the end, so that recovery writes them anew, whatever was forced.
     */
    private @Nullable SegmentTip tip(int index) throws IOException {
        SegmentPart part = parts.chain().get(index);
        SegmentPart before = index == 0 ? null : parts.chain().get(index - 1);
        SegmentTip last = before == null ? null : before.tip();
        long timestamp = last == null ? Long.MIN_VALUE : last.timestampNanos();
        SegmentTip tip = SegmentTip.empty(part.base, timestamp, SegmentTip.State.OPEN);
        if (index == parts.chain().size() - 1) {
            for (LogCheck.Hole hole : check.holes()) { // what is lost cannot be written anew
                if (hole.path().equals(part.path) && hole.toSequence() > hole.fromSequence()) {
                    tip = new SegmentTip(1, hole.end(), hole.toSequence(), timestamp, 0, 0, SegmentTip.State.OPEN);
                }
            }
            return tip;
        }
        long end = parts.chain().get(index + 1).base;
        try (SegmentFile file = store.openForReading(part.path)) {
            FrameProbe probe = new FrameProbe(file, part.size);
            while (tip.nextSequence() < end) {
                LogCheck.Hole hole = holeAt(part, tip.end());
                if (hole != null) {
                    tip = new SegmentTip(
                            1, hole.end(), hole.toSequence(), tip.timestampNanos(), 0, 0, SegmentTip.State.OPEN);
                } else if (probe.frame(tip.end(), part.size) == null && probe.baseSequence() == tip.nextSequence()) {
                    tip = new SegmentTip(
                            1,
                            tip.end() + probe.frameBytes(),
                            probe.nextSequence(),
                            probe.timestampNanos(),
                            probe.frameBytes(),
                            probe.storedCrc(),
                            SegmentTip.State.OPEN);
                } else {
                    return null;
                }
            }
        }
        return tip.nextSequence() == end
                ? new SegmentTip(
                        1,
                        tip.end(),
                        end,
                        tip.timestampNanos(),
                        tip.frameBytes(),
                        tip.frameCrc(),
                        SegmentTip.State.FOLLOWED)
                : null;
    }

    private LogCheck.@Nullable Hole holeAt(SegmentPart part, long offset) {
        for (LogCheck.Hole hole : check.holes()) {
            if (hole.offset() == offset && hole.path().equals(part.path)) {
                return hole;
            }
        }
        return null;
    }

    // --- holes

    private void mendHoles(int index) throws IOException {
        SegmentPart part = parts.chain().get(index);
        for (LogCheck.Hole hole : check.holes()) {
            if (hole.path().equals(part.path)) {
                boolean healed = mendHole(part, hole);
                SegmentTip tip = part.tip();
                if (!healed
                        && index == parts.boundary()
                        && tip != null
                        && tip.end() == hole.end()
                        && tip.frameBytes() > 0) {
                    forgetLastFrame(part, tip);
                }
            }
        }
    }

    /** Returns whether all of the hole's records are there again. */
    private boolean mendHole(SegmentPart part, LogCheck.Hole hole) throws IOException {
        Long id = parts.logId();
        long records = hole.toSequence() - hole.fromSequence();
        if (id == null || records < 1) {
            return false;
        }
        int tag = Long.hashCode(id);
        List<LogCheck.Hole> pieces = pieces(hole);
        ByteBuffer healed;
        List<ByteBuffer> heads = new ArrayList<>();
        try (SegmentFile file = store.openForReading(part.path)) {
            healed = head(file, hole, tag);
            if (healed == null && (pieces.isEmpty() || isBridged(file, hole, tag))) {
                return false;
            }
            if (healed == null) {
                long timestamp = timestampBehind(part, file, hole);
                for (LogCheck.Hole piece : pieces) {
                    heads.add(placeholder(file, piece, tag, timestamp));
                }
            }
        } catch (IOException e) {
            return false; // a sector is bad, and writing may not help
        }
        if (healed == null) {
            keep(part, hole.offset(), Math.min(hole.end(), part.size) - hole.offset());
            IndexFile.delete(store, part.path, part.base); // entries of lost frames would lead into the hole
            store.forceDirectory(directory);
        }
        store.tell(
                part.path,
                healed == null
                        ? "head written over records that are lost"
                        : "frame's head written anew, its checksum proves it",
                "offset=" + hole.offset() + ", bytes=" + (hole.end() - hole.offset()) + ", records="
                        + hole.fromSequence() + " to " + (hole.toSequence() - 1));
        try (SegmentFile file = store.openForWriting(part.path)) {
            if (file.size() < hole.end()) {
                file.resize(hole.end());
            }
            if (healed == null) {
                for (int i = 0; i < heads.size(); i++) {
                    file.write(heads.get(i), pieces.get(i).offset());
                }
            } else {
                file.write(healed, hole.offset());
            }
            file.force();
        }
        return healed != null;
    }

    /** Parts of a hole, each with some of its records, so that no reader has to load it as a whole; none if it is too small. */
    private static List<LogCheck.Hole> pieces(LogCheck.Hole hole) {
        long length = hole.end() - hole.offset();
        long records = hole.toSequence() - hole.fromSequence();
        long count = Math.max(1, Math.min(records, length / PIECE_BYTES));
        List<LogCheck.Hole> pieces = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            boolean isLast = i == count - 1;
            long at = i == 0 ? hole.offset() : pieces.get((int) i - 1).end();
            long end = isLast ? hole.end() : at + (length / count & -FrameLayout.ALIGNMENT_BYTES);
            long from = i == 0 ? hole.fromSequence() : pieces.get((int) i - 1).toSequence();
            long to = isLast ? hole.toSequence() : from + records / count;
            boolean fits = end - at <= FrameLayout.MAX_FRAME_BYTES
                    && FrameLayout.isLength((int) (end - at), end - at)
                    && storedAs(to - from, (int) (end - at)) >= 0;
            if (!fits) {
                return List.of();
            }
            pieces.add(new LogCheck.Hole(hole.path(), at, end, from, to));
        }
        return pieces;
    }

    /** How so many records may have been stored in a frame of that length; -1 if they could not. */
    private static int storedAs(long count, int frameBytes) {
        for (int storedAs : STORED_AS) {
            if (count <= FrameLayout.MAX_COUNT
                    && FrameLayout.isCount(FrameLayout.countField((int) count, storedAs), frameBytes)) {
                return storedAs;
            }
        }
        return -1;
    }

    /** Whether who goes over heads gets across: only what follows the heads is damaged, or this was done before. */
    private static boolean isBridged(SegmentFile file, LogCheck.Hole hole, int tag) throws IOException {
        FrameProbe probe = new FrameProbe(file, file.size());
        long at = hole.offset();
        long sequence = hole.fromSequence();
        if (file.size() < hole.end()) {
            return false;
        }
        while (at < hole.end()) {
            if (probe.head(at, hole.end()) != null || probe.tag() != tag || probe.baseSequence() != sequence) {
                return false;
            }
            at += probe.frameBytes();
            sequence = probe.nextSequence();
        }
        return sequence == hole.toSequence();
    }

    /** The head that a hole's neighbours and its checksum prove, if it was a single frame; null if there is none. */
    private static @Nullable ByteBuffer head(SegmentFile file, LogCheck.Hole hole, int tag) throws IOException {
        if (file.size() <= hole.offset()
                || hole.end() - hole.offset() > FrameLayout.MAX_FRAME_BYTES
                || hole.toSequence() - hole.fromSequence() > FrameLayout.MAX_COUNT) {
            return null;
        }
        ByteBuffer head = ByteBuffer.allocate(FrameLayout.HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(head, hole.offset());
        head.clear().putInt(FrameLayout.LENGTH_OFFSET, (int) (hole.end() - hole.offset()));
        head.putLong(FrameLayout.BASE_SEQUENCE_OFFSET, hole.fromSequence());
        head.putLong(FrameLayout.TERM_OFFSET, 0);
        head.putInt(FrameLayout.TAG_OFFSET, tag);
        int count = (int) (hole.toSequence() - hole.fromSequence());
        for (int storedAs : STORED_AS) {
            head.putInt(FrameLayout.COUNT_OFFSET, FrameLayout.countField(count, storedAs));
            if (crc(file, head, hole) == head.getInt(FrameLayout.CRC_OFFSET)) {
                return head;
            }
        }
        return null;
    }

    /** A head with a checksum that is wrong. */
    private static ByteBuffer placeholder(SegmentFile file, LogCheck.Hole piece, int tag, long timestamp)
            throws IOException {
        ByteBuffer head = ByteBuffer.allocate(FrameLayout.HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(FrameLayout.LENGTH_OFFSET, (int) (piece.end() - piece.offset()));
        head.putLong(FrameLayout.BASE_SEQUENCE_OFFSET, piece.fromSequence());
        head.putLong(FrameLayout.TIMESTAMP_OFFSET, timestamp);
        int count = (int) (piece.toSequence() - piece.fromSequence());
        int storedAs = storedAs(count, (int) (piece.end() - piece.offset()));
        head.putInt(FrameLayout.COUNT_OFFSET, FrameLayout.countField(count, storedAs));
        head.putInt(FrameLayout.TAG_OFFSET, tag);
        return head.putInt(FrameLayout.CRC_OFFSET, ~crc(file, head, piece));
    }

    /** A stamp that does not break the order: that of the next frame, or the one that the tip remembers. */
    private static long timestampBehind(SegmentPart part, SegmentFile file, LogCheck.Hole hole) throws IOException {
        SegmentTip tip = part.tip();
        FrameProbe probe = new FrameProbe(file, FrameLayout.HEAD_BYTES);
        if (probe.frame(hole.end(), part.size) == null && probe.baseSequence() == hole.toSequence()) {
            return probe.timestampNanos();
        }
        return tip == null ? Long.MIN_VALUE : tip.timestampNanos();
    }

    /** Checksum that a head and the bytes that follow it would have; zeros behind the file's end. */
    private static int crc(SegmentFile file, ByteBuffer head, LogCheck.Hole hole) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(head.duplicate().limit(FrameLayout.HEAD_BYTES).position(FrameLayout.LENGTH_OFFSET));
        byte[] bytes = new byte[(int) Math.min(COPY_BYTES, hole.end() - hole.offset())];
        for (long at = hole.offset() + FrameLayout.HEAD_BYTES; at < hole.end(); at += bytes.length) {
            int length = (int) Math.min(bytes.length, hole.end() - at);
            int read = file.read(ByteBuffer.wrap(bytes, 0, length), at);
            Arrays.fill(bytes, read, length, (byte) 0);
            crc.update(bytes, 0, length);
        }
        return (int) crc.getValue();
    }

    /** Opening compares the tip with the frame before it, which is lost. */
    private void forgetLastFrame(SegmentPart part, SegmentTip tip) throws IOException {
        SegmentTip next = new SegmentTip(
                tip.generation() + 1, tip.end(), tip.nextSequence(), tip.timestampNanos(), 0, 0, tip.state());
        int offset = SegmentLayout.tipOffset(next.generation());
        store.tell(part.path, "tip written that names no last frame, which is lost", "offset=" + offset);
        try (SegmentFile file = store.openForWriting(part.path)) {
            file.write(TipLayout.encode(next), offset);
            file.force();
        }
    }

    // --- what follows the end

    /** Cuts a segment that is complete behind its last frame. */
    private void mendEnd(int index) throws IOException {
        SegmentPart part = parts.chain().get(index);
        SegmentTip tip = part.tip();
        if (index >= parts.boundary() || tip == null || !tip.isExact() || part.size <= tip.end()) {
            return;
        }
        long end;
        try (SegmentFile file = store.openForReading(part.path)) {
            end = new FrameProbe(file, part.size).nonZeroEnd(tip.end(), part.size);
        }
        if (end > tip.end()) {
            keep(part, tip.end(), end - tip.end());
        }
        store.tell(part.path, "file cut behind its last record", "from=" + part.size + ", to=" + tip.end());
        try (SegmentFile file = store.openForWriting(part.path)) {
            file.resize(tip.end());
            file.force();
        }
    }

    // --- the checkpoint

    /** Writes the checkpoint that is whole once more, over the one that is not. Without any, recovery makes one. */
    private void mendCheckpoint() throws IOException {
        CheckpointPart file = parts.checkpointFile();
        if (file == null || file.flaws().isEmpty() || file.isNewer()) {
            return;
        }
        Checkpoint newest = file.newest();
        if (newest == null) {
            keep(file.path, directory.resolve(LogParts.QUARANTINE).resolve("checkpoint.torn"), 0, size(file.path));
            return;
        }
        List<SegmentPart> chain = parts.chain();
        long start = chain.isEmpty() ? newest.logStart() : Math.max(newest.logStart(), chain.get(0).base);
        Checkpoint next = newest.withLogStart(start).next();
        String detail = "generation=" + next.generation() + ", logStart=" + start;
        if (start > newest.logStart()) {
            detail += " (whether records from " + newest.logStart() + " were dropped or are lost is unknown)";
        }
        String slots = "checkpoint-generation" + next.generation() + ".torn";
        keep(file.path, directory.resolve(LogParts.QUARANTINE).resolve(slots), 0, size(file.path));
        store.tell(file.path, "checkpoint written over a damaged one", detail);
        try (SegmentFile open = store.openForWriting(file.path)) {
            open.write(CheckpointLayout.encode(next), CheckpointLayout.slotOffset(next.generation()));
            if (open.size() > CheckpointLayout.FILE_BYTES) {
                open.resize(CheckpointLayout.FILE_BYTES);
            }
            open.force();
        }
    }

    // --- quarantine

    /** Copies bytes of a segment aside before they are overwritten. */
    private void keep(SegmentPart part, long offset, long bytes) throws IOException {
        if (bytes > 0) {
            keep(part.path, quarantine(part, "-epoch" + part.epoch() + "-offset" + offset), offset, bytes);
        }
    }

    private void keep(Path from, Path wanted, long offset, long bytes) throws IOException {
        Path to = wanted;
        for (int i = 2; isThere(to); i++) {
            to = wanted.resolveSibling(wanted.getFileName().toString().replace(".torn", "-" + i + ".torn"));
        }
        Path unfinished = to.resolveSibling(to.getFileName() + LogParts.UNFINISHED);
        store.tell(
                to,
                "bytes copied to quarantine",
                "from=" + from.getFileName() + ", offset=" + offset + ", bytes=" + bytes);
        Path aside = quarantineDirectory();
        if (isThere(unfinished)) {
            store.delete(unfinished);
        }
        try (SegmentFile source = store.openForReading(from);
                SegmentFile copy = store.create(unfinished)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(bytes, COPY_BYTES));
            for (long at = 0; at < bytes; at += buffer.limit()) {
                int length = (int) Math.min(buffer.capacity(), bytes - at);
                source.read(buffer.clear().limit(length), offset + at);
                copy.write(buffer.flip(), at);
                if (buffer.limit() == 0) {
                    break;
                }
            }
            copy.force();
        }
        store.replace(unfinished, to);
        store.forceDirectory(aside);
    }

    private Path quarantine(SegmentPart part, String suffix) {
        String segment = part.path.getFileName().toString().replace(".log", "");
        return directory.resolve(LogParts.QUARANTINE).resolve(segment + suffix + ".torn");
    }

    private Path quarantineDirectory() throws IOException {
        Path aside = directory.resolve(LogParts.QUARANTINE);
        store.createDirectories(aside);
        return aside;
    }

    private boolean isThere(Path path) throws IOException {
        Path parent = path.getParent();
        return parent != null && store.list(parent).contains(path);
    }

    private long size(Path path) throws IOException {
        try (SegmentFile file = store.openForReading(path)) {
            return file.size();
        }
    }
}
