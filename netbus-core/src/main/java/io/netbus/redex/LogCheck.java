package io.netbus.redex;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Goes over a log's files and says what it finds. <b>Threads:</b> one, once. */
final class LogCheck {

    /*
     * A segment has three parts: its head page; frames that its tip vouches for, or that a later segment shows to have
     * been forced; and what follows. In the second, whatever is no whole frame in sequence is damage: the hole reaches to
     * the next whole frame, and the sequences around it tell which records are gone. In the third, whole frames in
     * sequence count, and the rest is what a crash left, or what a living owner is about to write.
     *
     * Beside a living owner the tip moves on while frames are read. Where something is wrong behind the tip, the tip is
     * looked at again: only if it now vouches for the place is that damage.
     */
    private static final long UNKNOWN = -1;
    private static final long PROGRESS_BYTES = 8 * 1024 * 1024;

    /** A place in the forced part of a segment where records were. */
    record Hole(Path path, long offset, long end, long fromSequence, long toSequence) {}

    private final SegmentStore store;
    private final String log;
    private final Findings findings;
    private final LongConsumer progress;
    private final LogParts parts;
    private final Set<Path> wrongIndexes = new LinkedHashSet<>();
    private final List<Hole> holes = new ArrayList<>(); // kept only if asked for
    private boolean keepHoles;

    private long expected; // the sequence that should come next
    private long forced; // behind the last record that is known to be forced
    private long firstTimestamp = Long.MIN_VALUE;
    private long lastTimestamp = Long.MIN_VALUE;
    private long whole;
    private long lost;
    private long unforced;
    private long bytes;
    private long recordBytes;
    private boolean broken; // behind the tip, records are missing before a segment starts

    /** @param progress told how many more bytes were read */
    LogCheck(SegmentStore store, String log, Path directory, Findings findings, LongConsumer progress)
            throws IOException {
        this.store = store;
        this.log = log;
        this.findings = findings;
        this.progress = progress;
        this.parts = LogParts.read(store, directory, findings);
    }

    LogParts parts() {
        return parts;
    }

    /** Remembers where records are gone, which takes memory for each place. */
    void keepHoles() {
        keepHoles = true;
    }

    /** Indexes that are damaged, or that lead elsewhere than to frames. */
    Set<Path> wrongIndexes() {
        return wrongIndexes;
    }

    List<Hole> holes() {
        return holes;
    }

    /** Reads every byte. */
    LogVerdict verify() throws IOException {
        parts.report(findings);
        for (IndexPart index : parts.indexes()) {
            if (index.flaw() != null) {
                wrongIndexes.add(index.path);
            }
        }
        List<SegmentPart> chain = parts.chain();
        long first = parts.firstSequence();
        if (!chain.isEmpty()) {
            expected = chain.get(0).base;
            lost = Math.max(0, expected - first);
            for (int i = 0; i < chain.size(); i++) {
                walk(i, true);
            }
        }
        return new LogVerdict(
                log,
                condition(),
                chain.isEmpty() ? 0 : chain.get(chain.size() - 1).epoch(),
                first,
                Math.max(first, expected),
                whole,
                lost,
                unforced,
                chain.size(),
                bytes,
                findings.damages(),
                findings.notes());
    }

    /** Reads heads, tips, and what follows the last tip. */
    LogInfo info() throws IOException {
        parts.report(findings);
        List<SegmentPart> chain = parts.chain();
        SegmentPart last = chain.isEmpty() ? null : chain.get(chain.size() - 1);
        if (!chain.isEmpty()) {
            expected = chain.get(0).base;
            for (int i = 0; i < chain.size(); i++) {
                walk(i, false);
            }
            lookForFirstTimestamp();
        }
        long fileBytes = 0;
        long quarantineBytes = 0;
        for (SegmentPart part : chain) {
            fileBytes += part.size;
        }
        for (SegmentPart part : parts.headless()) {
            fileBytes += part.size;
        }
        for (Path path : parts.quarantined()) {
            quarantineBytes += size(path);
        }
        CheckpointPart file = parts.checkpointFile();
        fileBytes += quarantineBytes + (file == null ? 0 : size(file.path));
        Checkpoint checkpoint = parts.checkpoint();
        SegmentHead head = last == null ? null : last.head();
        return new LogInfo(
                log,
                condition(),
                last == null ? 0 : last.epoch(),
                head == null ? 0 : head.epochStart(),
                parts.firstSequence(),
                Math.max(parts.firstSequence(), expected),
                Math.max(parts.firstSequence(), forced),
                chain.size(),
                recordBytes,
                fileBytes,
                firstTimestamp,
                lastTimestamp,
                parts.quarantined().size(),
                quarantineBytes,
                checkpoint == null
                        ? null
                        : new LogInfo.CheckpointInfo(
                                checkpoint.generation(),
                                checkpoint.logStart(),
                                checkpoint.epochs().size()),
                findings.firstDamage());
    }

    private LogInfo.Condition condition() {
        if (findings.damages() > 0) {
            return LogInfo.Condition.DAMAGED;
        }
        if (!parts.isEmpty() && parts.boundary() == parts.chain().size() && parts.isEnded()) {
            return LogInfo.Condition.CLEAN;
        }
        return findings.isOwnerAlive() ? LogInfo.Condition.IN_USE : LogInfo.Condition.LEFT_BY_CRASH;
    }

    private void lookForFirstTimestamp() throws IOException {
        for (SegmentPart part : parts.chain()) {
            if (part.size > SegmentLayout.HEAD_BYTES) {
                try (SegmentFile file = store.openForReading(part.path)) {
                    FrameProbe probe = new FrameProbe(file, part.size);
                    if (probe.frame(SegmentLayout.HEAD_BYTES, part.size) == null) {
                        firstTimestamp = probe.timestampNanos();
                        return;
                    }
                } catch (NoSuchFileException e) {
                    // retention took it
                }
            }
        }
    }

    private long size(Path path) throws IOException {
        try (SegmentFile file = store.openForReading(path)) {
            return file.size();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    // --- one segment

    /** @param all whether to read what is known to be forced, too */
    private void walk(int index, boolean all) throws IOException {
        SegmentPart part = parts.chain().get(index);
        boolean isLast = index == parts.chain().size() - 1;
        long next = isLast ? UNKNOWN : parts.chain().get(index + 1).base;
        boolean behindTip = index > parts.boundary();
        if (part.base != expected) {
            misplaced(part, behindTip);
        }
        if (!broken) {
            expected = part.base;
        }
        if (!behindTip) {
            forced = expected;
        }
        if (part.isNewer()) {
            lose(next);
            return;
        }
        try (SegmentFile file = store.openForReading(part.path)) {
            Walk walk = new Walk(part, file, index, next);
            if (broken) {
                walk.leftBehind();
            } else if (all) {
                walk.all();
            } else {
                walk.behindTip();
            }
        } catch (NoSuchFileException e) {
            if (!findings.isOwnerAlive()) {
                throw e;
            }
            expected = next == UNKNOWN ? expected : next; // retention took it
        } catch (IOException e) {
            findings.damage(part.path, 0, part.size, SegmentPart.unreadable(e), expected, lose(next), "");
        }
    }

    private long lose(long next) {
        if (next > expected) {
            lost += next - expected;
            expected = next;
        }
        return expected;
    }

    /** A segment that does not start where the one before it ends. */
    private void misplaced(SegmentPart part, boolean behindTip) {
        if (behindTip) {
            broken = true;
        } else if (part.base > expected) {
            Path missing = parts.directory.resolve(SegmentLayout.fileName(expected));
            Mismatch mismatch = new Mismatch("segment", "one that starts at " + expected, "none");
            findings.damage(missing, 0, 0, mismatch, expected, part.base, "");
            lost += part.base - expected;
        } else {
            findings.damage(
                    part.path,
                    SegmentLayout.BASE_SEQUENCE_OFFSET,
                    Long.BYTES,
                    Mismatch.of("baseSequence", expected, part.base),
                    "it overlaps the segment before");
        }
    }

    /** A segment's frames. */
    private final class Walk {

        private final SegmentPart part;
        private final FrameProbe probe;
        private final boolean foreign;
        private final boolean[] tipSeen = new boolean[SegmentLayout.TIP_OFFSETS.length];

        private final int tag;
        private final boolean open; // where they end is unknown; durableEnd is the file's
        private final boolean tail; // more frames may follow
        private final boolean copied; // what followed the tip was copied to the next segment, or is in quarantine

        private long size;
        private long durableEnd; // offset up to which frames are known to be forced
        private long durableNext; // sequence behind them; may be unknown

        private final @Nullable IndexPart index;

        private long at = SegmentLayout.HEAD_BYTES;
        private long readBytes;
        private long sequence;
        private boolean afterHole; // what precedes the place is unknown
        private int lastBytes;
        private int lastCrc;

        private Walk(SegmentPart part, SegmentFile file, int index, long next) throws IOException {
            this.part = part;
            this.probe = new FrameProbe(file, part.size);
            this.foreign = parts.isForeign(part);
            this.size = part.size;
            this.sequence = part.base;
            this.tag = tag();
            IndexPart found = parts.index(part);
            this.index = found == null ? null : IndexPart.read(store, found.path);
            SegmentTip tip = part.tip();
            tail = index >= parts.boundary();
            open = !tail && !part.isExact();
            copied = next != UNKNOWN && parts.chain().get(index + 1).epoch() > part.epoch();
            if (index > parts.boundary()) {
                durableEnd = SegmentLayout.HEAD_BYTES;
                durableNext = part.base;
            } else if (tip != null && !open) {
                durableEnd = tip.end();
                durableNext = tip.nextSequence();
            } else {
                durableEnd = size;
                durableNext = next;
            }
        }

        private int tag() throws IOException {
            SegmentHead head = part.head();
            if (head != null) {
                return head.frameTag();
            }
            Long id = parts.logId();
            if (id != null) {
                return Long.hashCode(id);
            }
            probe.head(SegmentLayout.HEAD_BYTES, size);
            return probe.tag(); // nothing else tells
        }

        private void all() throws IOException {
            atBoundary();
            forced();
            forced = Math.max(forced, sequence);
            if (tail) {
                tail();
            } else {
                rest();
            }
            for (int i = 0; i < tipSeen.length; i++) {
                SegmentTip tip = part.slot(i);
                SegmentTip newest = part.tip();
                boolean takenBack = copied && tip != null && newest != null && tip.end() > newest.end();
                if (tip != null && !tipSeen[i] && !takenBack) { // the end that it was about may have been cut off
                    tipMismatch(i, new Mismatch("tipEnd", "where a frame ends", Long.toString(tip.end())));
                }
            }
            end();
        }

        /** Trusts the tip. */
        private void behindTip() throws IOException {
            SegmentTip tip = part.tip();
            if (open || tip == null) {
                forced();
                forced = Math.max(forced, sequence);
            } else if (durableEnd > SegmentLayout.HEAD_BYTES) {
                at = durableEnd;
                sequence = durableNext;
                forced = sequence;
                lastTimestamp = Math.max(lastTimestamp, tip.timestampNanos());
                if (size < durableEnd) {
                    Mismatch mismatch = Mismatch.of("fileBytes", "at least " + durableEnd, size);
                    findings.damage(part.path, size, durableEnd - size, mismatch, "");
                }
            }
            if (tail) {
                tail();
            }
            end();
        }

        private void end() {
            readUpTo(size);
            recordBytes += at;
            expected = sequence;
        }

        private void readUpTo(long offset) {
            bytes += offset - readBytes;
            progress.accept(offset - readBytes);
            readBytes = offset;
        }

        // --- forced

        private void forced() throws IOException {
            while (at < durableEnd && !(open && durableNext != UNKNOWN && sequence >= durableNext)) {
                Mismatch mismatch = look(Math.min(durableEnd, size));
                if (mismatch == null) {
                    take();
                } else if (open && durableNext == UNKNOWN && probe.firstNonZero(at, size) == size) {
                    return; // room made ahead
                } else {
                    hole(mismatch);
                }
            }
        }

        /** What is wrong with the frame at the place, sequence aside. */
        private @Nullable Mismatch look(long limit) {
            try {
                Mismatch mismatch = probe.frame(at, limit);
                return mismatch == null && probe.tag() != tag ? Mismatch.hex("tag", tag, probe.tag()) : mismatch;
            } catch (IOException e) {
                return SegmentPart.unreadable(e);
            }
        }

        /** Counts in a whole frame of the forced part. */
        private void take() {
            long base = probe.baseSequence();
            if (base != sequence) {
                boolean later = base > sequence && (durableNext == UNKNOWN || base < durableNext);
                findings.damage(
                        part.path,
                        at,
                        probe.frameBytes(),
                        Mismatch.of("baseSequence", sequence, base),
                        sequence,
                        later ? base : sequence,
                        later ? "records before it are gone" : "a frame that does not belong here");
                if (!later) {
                    at += probe.frameBytes();
                    afterHole = true;
                    return;
                }
                lost += base - sequence;
                sequence = base;
            }
            count();
        }

        private void count() {
            if (probe.term() != 0) {
                findings.damage(
                        part.path,
                        at + FrameLayout.TERM_OFFSET,
                        Long.BYTES,
                        Mismatch.of("term", 0, probe.term()),
                        sequence,
                        sequence + probe.count(),
                        "the records are whole");
            }
            if (probe.timestampNanos() < lastTimestamp && !foreign) {
                findings.damage(
                        part.path,
                        at + FrameLayout.TIMESTAMP_OFFSET,
                        Long.BYTES,
                        Mismatch.of("timestamp", "at least " + lastTimestamp, probe.timestampNanos()),
                        sequence,
                        sequence + probe.count(),
                        "the records are whole");
            }
            if (foreign) {
                lost += probe.count();
            } else {
                whole += probe.count();
                lastTimestamp = Math.max(lastTimestamp, probe.timestampNanos());
            }
            compareIndex();
            at += probe.frameBytes();
            sequence += probe.count();
            lastBytes = probe.frameBytes();
            lastCrc = probe.storedCrc();
            afterHole = false;
            atBoundary();
            if (at - readBytes >= PROGRESS_BYTES) {
                readUpTo(at);
            }
        }

        private void compareIndex() {
            if (index == null) {
                return;
            }
            if (afterHole) {
                index.skip(at);
            }
            SegmentPart.Flaw flaw = index.frame(at, sequence - part.base, probe.timestampNanos());
            if (flaw != null) {
                String detail = "the segment says otherwise: file=" + part.path.getFileName();
                findings.damage(index.path, flaw.offset(), flaw.bytes(), flaw.mismatch(), detail);
                wrongIndexes.add(index.path);
            }
        }

        private void hole(Mismatch seen) {
            long limit = Math.min(durableEnd, size);
            long last = durableNext == UNKNOWN ? Long.MAX_VALUE : durableNext - 1;
            long from = at;
            Mismatch mismatch = seen;
            long found = probe.next(at + FrameLayout.ALIGNMENT_BYTES, limit, tag, sequence, last);
            long to = found;
            long next = probe.baseSequence();
            if (found < 0) {
                next = Math.max(sequence, durableNext);
                to = durableEnd;
                if (open) {
                    long nonZero = probe.nonZeroEnd(at, size);
                    to = nonZero == at ? size : Math.min(size, alignUp(nonZero));
                } else if (size < durableEnd) {
                    mismatch = Mismatch.of("fileBytes", "at least " + durableEnd, size);
                }
            }
            findings.damage(part.path, from, to - from, mismatch, sequence, next, found < 0 ? "" : "goes on behind it");
            if (keepHoles) {
                holes.add(new Hole(part.path, from, to, sequence, next));
            }
            lost += next - sequence;
            at = to;
            sequence = next;
            afterHole = true;
            atBoundary();
        }

        // --- the tips

        /** Compares the tips that end here with what precedes. */
        private void atBoundary() {
            for (int i = 0; i < tipSeen.length; i++) {
                SegmentTip tip = part.slot(i);
                if (tip != null && tip.end() == at) {
                    tipSeen[i] = true;
                    Mismatch mismatch = null;
                    if (tip.nextSequence() != sequence) {
                        mismatch = Mismatch.of("tipNextSequence", sequence, tip.nextSequence());
                    } else if (!afterHole && tip.frameBytes() != lastBytes) {
                        mismatch = Mismatch.of("tipFrameBytes", lastBytes, tip.frameBytes());
                    } else if (!afterHole && tip.frameCrc() != lastCrc) {
                        mismatch = Mismatch.hex("tipFrameChecksum", lastCrc, tip.frameCrc());
                    } else if (!afterHole && lastBytes > 0 && !foreign && tip.timestampNanos() != lastTimestamp) {
                        mismatch = Mismatch.of("tipTimestamp", lastTimestamp, tip.timestampNanos());
                    }
                    if (mismatch != null) {
                        tipMismatch(i, mismatch);
                    }
                } else if (tip != null && afterHole && tip.end() < at) {
                    tipSeen[i] = true; // within a hole, for all that is known
                }
            }
        }

        private void tipMismatch(int slot, Mismatch mismatch) {
            findings.damage(part.path, SegmentLayout.TIP_OFFSETS[slot], TipLayout.BYTES, mismatch, "");
        }

        // --- behind what is forced

        /** Nothing should follow. */
        private void rest() {
            if (durableNext != UNKNOWN && sequence < durableNext) {
                findings.damage(
                        part.path,
                        at,
                        Math.max(0, size - at),
                        Mismatch.of("nextSequence", durableNext, sequence),
                        sequence,
                        durableNext,
                        "");
                lost += durableNext - sequence;
                sequence = durableNext;
            }
            if (size <= at) {
                return;
            }
            long end = probe.nonZeroEnd(at, size);
            Mismatch behind = Mismatch.of("bytesBehindEnd", 0, end - at);
            if (end > at && copied) {
                findings.explained(part.path, at, end - at, behind, "opening took what it needed of them");
            } else if (end > at) {
                findings.damage(part.path, at, end - at, behind, "no record is affected");
            } else if (part.isExact()) {
                Mismatch mismatch = Mismatch.of("fileBytes", at, size);
                findings.explained(part.path, at, size - at, mismatch, "zeros that were not cut off");
            }
        }

        /** More frames may follow, if they are in sequence. */
        private void tail() throws IOException {
            while (at < size) {
                Mismatch mismatch = lookInSequence();
                if (mismatch != null && findings.isOwnerAlive()) {
                    mismatch = lookAgain(mismatch);
                }
                if (mismatch != null && at < durableEnd) {
                    hole(mismatch);
                } else if (mismatch != null) {
                    torn(mismatch);
                    return;
                } else {
                    if (at >= durableEnd) {
                        unforced += probe.count();
                    }
                    count();
                }
            }
        }

        private @Nullable Mismatch lookInSequence() {
            Mismatch mismatch = look(size);
            return mismatch == null && probe.baseSequence() != sequence
                    ? Mismatch.of("baseSequence", sequence, probe.baseSequence())
                    : mismatch;
        }

        /** A living owner may have gone on; it may also have let go, and cut the file. */
        private @Nullable Mismatch lookAgain(Mismatch seen) {
            try {
                SegmentPart now = SegmentPart.read(store, part.path);
                SegmentTip tip = now.tip();
                size = Math.min(size, now.size);
                if (at >= size) {
                    return seen;
                }
                if (tip != null && tip.end() > at && tip.end() <= size) {
                    durableEnd = tip.end();
                    durableNext = tip.nextSequence();
                }
            } catch (IOException e) {
                return seen;
            }
            probe.clear();
            return lookInSequence();
        }

        private void torn(Mismatch mismatch) {
            long end = at < size ? probe.nonZeroEnd(at, size) : at;
            if (end > at) {
                boolean more = probe.next(at + FrameLayout.ALIGNMENT_BYTES, end, tag, sequence, Long.MAX_VALUE) >= 0;
                findings.explained(
                        part.path, at, end - at, mismatch, more ? "torn tail; whole frames follow in it" : "torn tail");
            }
        }

        /** A segment behind one whose records ended before it starts. */
        private void leftBehind() {
            long end = probe.nonZeroEnd(at, size);
            findings.explained(
                    part.path,
                    at,
                    end - at,
                    Mismatch.of("baseSequence", expected, part.base),
                    "it follows a torn tail");
            readUpTo(size);
        }

        private static long alignUp(long offset) {
            return (offset + FrameLayout.ALIGNMENT_BYTES - 1) & -FrameLayout.ALIGNMENT_BYTES;
        }
    }
}
