package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log's records from its files, forward; made by {@link LogInspector#reader}. Steps over what is damaged and says
 * so. Sees what a living owner appends, and like everybody it may see records that a crash then takes back.
 * <p>
 * <b>Threads:</b> one at a time. Holds at most one open file and must be closed.
 */
public final class LogReader implements AutoCloseable {

    private final SegmentStore store;
    private final Path directory;
    private final Findings findings;

    private LogParts parts;
    private int epoch; // of the newest segment that was seen
    private long position;

    private @Nullable SegmentPart part; // null: to be found by the position
    private @Nullable SegmentFile file;
    private @Nullable FrameProbe probe;
    private long at; // of the next frame, or of that which is being read
    private long sequence; // its first
    private boolean inFrame;
    private long recordAt; // behind the frame's first record
    private long recordSequence;

    LogReader(SegmentStore store, Path directory, Findings findings, long fromSequence) throws IOException {
        this.store = store;
        this.directory = directory;
        this.findings = findings;
        this.parts = LogParts.read(store, directory, findings);
        this.epoch = newestEpoch(parts);
        this.position = Math.max(fromSequence, parts.firstSequence());
    }

    /** The sequence of the next record to read. */
    public long position() {
        return position;
    }

    /**
     * Hands over records from {@link #position()} on, as {@link LogCursor#read} does. Never waits; called again at the
     * end, it goes on with what was appended meanwhile.
     *
     * @return how many records were handed over; 0 at the end
     * @throws UncheckedIOException if a file cannot be read; the position stays before the next record
     */
    public int read(LogCursor.RecordReader reader, int maxRecords) {
        int count = 0;
        try {
            boolean more = true;
            while (more && count < maxRecords && (inFrame || enterFrame())) {
                FrameProbe frame = probe();
                int bytes = frame.recordBytes(recordAt);
                if (recordSequence >= position) {
                    long read = recordSequence;
                    more = reader.accept(
                            read,
                            frame.timestampNanos(),
                            frame.record(recordAt + FrameLayout.RECORD_HEAD_BYTES, bytes)
                                    .asReadOnlyBuffer());
                    position = read + 1;
                    count++;
                }
                recordAt += FrameLayout.RECORD_HEAD_BYTES + bytes;
                recordSequence++;
                if (recordSequence == frame.nextSequence()) {
                    leaveFrame();
                }
            }
            return count;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "log could not be read: directory=" + directory + ", sequence=" + position, e);
        }
    }

    /** Lets its file go. Idempotent. */
    @Override
    public void close() {
        SegmentFile open = file;
        part = null;
        file = null;
        inFrame = false;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException("file did not close: directory=" + directory, e);
            }
        }
    }

    private FrameProbe probe() {
        FrameProbe open = probe;
        if (open == null) {
            throw new IllegalStateException("no file is open: directory=" + directory);
        }
        return open;
    }

    // --- frames

    private void leaveFrame() {
        inFrame = false;
        at += probe().frameBytes();
        sequence = probe().nextSequence();
    }

    /** Goes to the frame of the position, or of the next record that is whole; returns false at the end. */
    private boolean enterFrame() throws IOException {
        while (true) {
            SegmentPart here = part;
            if (here == null) {
                here = find();
                if (here == null) {
                    return false;
                }
            }
            FrameProbe frame = probe();
            Mismatch mismatch = look(here, here.size);
            if (mismatch != null) {
                SegmentPart now = readAgain(here);
                if (now == null) {
                    continue;
                }
                frame.clear();
                mismatch = look(now, now.size);
                if (mismatch != null && !goOn(now, mismatch)) {
                    return false;
                }
            }
            if (mismatch == null) {
                if (frame.nextSequence() > position) {
                    inFrame = true;
                    recordAt = 0;
                    recordSequence = sequence;
                    return true;
                }
                leaveFrame();
            }
        }
    }

    private @Nullable Mismatch look(SegmentPart here, long limit) {
        FrameProbe frame = probe();
        try {
            Mismatch mismatch = frame.frame(at, limit);
            if (mismatch == null && frame.tag() != tag(here)) {
                return Mismatch.hex("tag", tag(here), frame.tag());
            }
            return mismatch == null && frame.baseSequence() != sequence
                    ? Mismatch.of("baseSequence", sequence, frame.baseSequence())
                    : mismatch;
        } catch (IOException e) {
            return SegmentPart.unreadable(e);
        }
    }

    private int tag(SegmentPart here) {
        SegmentHead head = here.head();
        Long id = parts.logId();
        return id != null ? Long.hashCode(id) : head == null ? probe().tag() : head.frameTag();
    }

    /** The file as it is now; null if it is gone, so that the position has to be found anew. */
    private @Nullable SegmentPart readAgain(SegmentPart here) throws IOException {
        try {
            SegmentPart now = SegmentPart.read(store, here.path);
            if (now.epoch() == here.epoch()) {
                part = now;
                return now;
            }
        } catch (NoSuchFileException e) {
            // retention took it, or its log was opened anew
        }
        refresh();
        close();
        return null;
    }

    /** Steps over damage, or into the next segment; returns false at the end. */
    private boolean goOn(SegmentPart here, Mismatch mismatch) throws IOException {
        SegmentTip tip = here.tip();
        if (tip != null && at < tip.end()) {
            stepOver(here, mismatch, tip.end(), tip.nextSequence());
            return true;
        }
        refresh();
        if (part == null) {
            return true;
        }
        SegmentPart next = null;
        for (SegmentPart candidate : parts.chain()) {
            if (candidate.base > here.base && next == null) {
                next = candidate;
            }
        }
        if (next == null) {
            return false;
        }
        if (next.base == sequence) {
            open(next);
            return true;
        }
        boolean forced = parts.chain().indexOf(next) <= parts.boundary();
        if (!forced || next.base < sequence) {
            return false;
        }
        if (here.isExact()) {
            Path missing = directory.resolve(SegmentLayout.fileName(sequence));
            Mismatch gap = new Mismatch("segment", "one that starts at " + sequence, "none");
            findings.damage(missing, 0, 0, gap, sequence, next.base, "");
            position = Math.max(position, next.base);
            open(next);
        } else {
            stepOver(here, mismatch, here.size, next.base);
        }
        return true;
    }

    private void stepOver(SegmentPart here, Mismatch mismatch, long limit, long limitSequence) {
        FrameProbe frame = probe();
        long found = frame.next(
                at + FrameLayout.ALIGNMENT_BYTES,
                Math.min(limit, here.size),
                tag(here),
                sequence,
                Math.max(sequence, limitSequence - 1));
        long to = found < 0 ? limit : found;
        long next = found < 0 ? Math.max(sequence, limitSequence) : frame.baseSequence();
        if (next > position) {
            findings.damage(here.path, at, to - at, mismatch, sequence, next, "");
            position = Math.max(position, next);
        }
        at = to;
        sequence = next;
    }

    // --- segments

    /** Opens the segment of the position; null if there is none. */
    private @Nullable SegmentPart find() throws IOException {
        refresh();
        List<SegmentPart> chain = parts.chain();
        if (chain.isEmpty()) {
            return null;
        }
        SegmentPart found = chain.get(0);
        for (SegmentPart candidate : chain) {
            found = candidate.base <= position ? candidate : found;
        }
        if (found.base > position) {
            findings.explained(
                    found.path,
                    0,
                    0,
                    Mismatch.of("baseSequence", "at most " + position, found.base),
                    "records are no longer kept");
            position = found.base;
        }
        try {
            open(found);
        } catch (NoSuchFileException e) {
            return null; // retention took it just now; the next call looks again
        }
        SegmentTip tip = found.tip();
        if (tip != null && position >= tip.nextSequence() && found.size >= tip.end()) {
            at = tip.end();
            sequence = tip.nextSequence();
        }
        return found;
    }

    private void open(SegmentPart next) throws IOException {
        close();
        SegmentFile opened = store.openForReading(next.path);
        part = next;
        file = opened;
        probe = new FrameProbe(opened, Long.MAX_VALUE);
        at = SegmentLayout.HEAD_BYTES;
        sequence = next.base;
    }

    /** Lists the files anew. Goes back if the log was opened anew and records that were read were taken back by a crash. */
    private void refresh() throws IOException {
        parts = LogParts.read(store, directory, findings);
        int newest = newestEpoch(parts);
        if (newest == epoch) {
            return;
        }
        for (SegmentPart candidate : parts.chain()) {
            SegmentHead head = candidate.head();
            if (head != null && head.epoch() > epoch) {
                epoch = newest;
                if (head.epochStart() < position) {
                    findings.explained(
                            candidate.path,
                            SegmentLayout.EPOCH_START_OFFSET,
                            Long.BYTES,
                            Mismatch.of("epochStart", "at least " + position, head.epochStart()),
                            "a crash took records back");
                    position = head.epochStart();
                }
                close();
                return;
            }
        }
    }

    private static int newestEpoch(LogParts parts) {
        List<SegmentPart> chain = parts.chain();
        return chain.isEmpty() ? 0 : chain.get(chain.size() - 1).epoch();
    }
}
