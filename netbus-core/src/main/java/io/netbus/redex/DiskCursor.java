package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a {@link DiskLog}. */
final class DiskCursor implements LogCursor {

    /*
     * Only whole, published frames are read: the log's next sequence is taken first, so the frame of any record below
     * it ends before its segment's published end. A frame is copied to the window and verified there when it is entered,
     * once, so that nothing that happens to the file, and no retention, can change what a reader is handed. One view over
     * the window serves all its records; position, limit and byte order are set for each.
     */
    private final LogState log;
    private final LogReaders.Slot slot;
    private final FrameWindow window = new FrameWindow(FrameWindow.SCAN_BYTES);
    private final RecordWait waiting;

    private volatile boolean closed;
    private @Nullable Segment segment; // that the window is of

    private long position;
    private boolean handingOver;

    private int truncations; // of the log, that were taken into account
    private boolean inFrame; // the rest is of that frame
    private long frameAt;
    private long frameEnd;
    private long recordSequence;
    private long recordsEnd; // sequence behind the frame's last record
    private int recordIndex; // of the next record, in the window's records

    DiskCursor(LogState log, AppendHints hints, long fromSequence) {
        this.log = log;
        this.slot = log.readers.open();
        this.waiting = new RecordWait(hints);
        position = start(fromSequence);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void seek(long sequence) {
        requireNotHandingOver();
        requireOpen();
        long target = start(sequence);
        if (inFrame && (target < recordSequence || target >= recordsEnd)) {
            inFrame = false;
        }
        position = target;
    }

    @Override
    public int read(RecordReader reader, int maxRecords) {
        requireNotHandingOver();
        requireOpen();
        forgetWhatWasCut();
        long end = log.nextSequence();
        requireKept();
        int count = 0;
        handingOver = true;
        try {
            while (count < maxRecords && position < end) {
                LogHole hole = inFrame ? null : enterKeptFrame();
                if (hole != null) {
                    log.damaged(hole);
                    if (log.config.recovery() == RecoveryMode.STRICT) {
                        throw CorruptLogException.of(hole.file(), hole.offset(), hole.defect());
                    }
                    position = hole.toSequence();
                    if (!reader.skip(hole) || closed) {
                        break;
                    }
                    continue;
                }
                ByteBuffer view = window.records();
                boolean more = true;
                while (more && !closed && count < maxRecords && recordSequence < recordsEnd && position < end) {
                    int start = recordIndex + FrameLayout.RECORD_HEAD_BYTES;
                    int next = start + recordBytes();
                    if (recordSequence >= position) {
                        view.limit(next).position(start).order(ByteOrder.BIG_ENDIAN);
                        more = reader.accept(recordSequence, window.timestampNanos(), view);
                        position = recordSequence + 1;
                        count++;
                    }
                    recordIndex = next;
                    recordSequence++;
                }
                if (recordSequence == recordsEnd) {
                    inFrame = false;
                }
                if (!more || closed || position >= end) { // the rest of a frame may not be visible yet
                    break;
                }
            }
            return count;
        } catch (IOException e) {
            inFrame = false;
            requireOpen(); // a close in another thread takes the file away, and so does retention
            requireKept();
            throw new UncheckedIOException("log could not be read: log=" + log.name + ", sequence=" + position, e);
        } finally {
            handingOver = false;
        }
    }

    @Override
    public boolean await(Duration timeout) throws InterruptedException {
        requireNotHandingOver();
        return waiting.await(this::hasNext, timeout);
    }

    private boolean hasNext() {
        requireOpen();
        return position < log.nextSequence();
    }

    @Override
    public void close() {
        closed = true;
        waiting.wake();
        slot.close();
    }

    /** As {@link #enterFrame()}; goes on in the archive if the segment went there meanwhile. */
    private @Nullable LogHole enterKeptFrame() throws IOException {
        while (true) {
            try {
                return enterFrame();
            } catch (NoSuchFileException e) {
                Segment gone = segment;
                requireOpen();
                requireKept();
                if (gone == null || !gone.isDropped()) {
                    throw e;
                }
                segment = null;
            }
        }
    }

    /**
     * Finds, loads and verifies the frame of the record at the position, going around damaged ones before it.
     *
     * @return the hole that the record is in, if it is damaged; null if it was entered
     */
    private @Nullable LogHole enterFrame() throws IOException {
        Segment current = segment;
        boolean goesOn = current != null && position == recordsEnd && frameEnd < current.end();
        Segment wanted = goesOn && current != null ? current : log.segmentOf(position);
        if (wanted != segment) {
            window.clear();
            segment = wanted;
            slot.of(wanted);
        }
        if (!goesOn) {
            find(wanted);
        }
        return enterFrame(wanted);
    }

    /** Finds where to start looking for the record at the position. */
    private void find(Segment wanted) throws IOException {
        slot.enter();
        try {
            SegmentIndex index = wanted.index(log.readers);
            int entry = index.floor(position - wanted.baseSequence());
            recordsEnd = wanted.baseSequence() + index.record(entry);
            frameEnd = index.offset(entry);
        } finally {
            slot.leave();
        }
    }

    /** As {@link #enterFrame()}, starting at the end of the last frame. */
    private @Nullable LogHole enterFrame(Segment wanted) throws IOException {
        long limit = wanted.end();
        int tag = wanted.head.frameTag();
        long firstSequence = recordsEnd;
        long at = frameEnd;
        long sequence = firstSequence;
        recordsEnd = -1; // if this fails, the next attempt starts from the index
        boolean verify = false; // also the frames before the one that is wanted
        while (true) {
            String defect = window.head(slot, at, limit, tag, sequence);
            boolean isWanted = defect == null && position < sequence + window.count();
            if (isWanted || (verify && defect == null)) {
                defect = window.body(slot, at, limit);
            }
            if (defect == null && isWanted) {
                defect = window.openRecords();
            }
            if (defect == null && isWanted) {
                break;
            }
            if (defect == null) {
                sequence += window.count();
                at += window.frameBytes();
            } else if (!verify) { // a damaged head before may have led here
                verify = true;
                at = frameEnd;
                sequence = firstSequence;
            } else {
                long next = window.nextFrame(slot, at, limit, tag, sequence);
                long to = next < 0 ? log.endOf(wanted) : window.baseSequence();
                if (position < to) {
                    return new LogHole(log.name, sequence, to, wanted.path, at, defect);
                }
                sequence = to;
                at = next;
            }
        }
        frameAt = at;
        frameEnd = at + window.frameBytes();
        recordSequence = sequence;
        recordsEnd = sequence + window.count();
        recordIndex = window.recordsStart();
        inFrame = true;
        return null;
    }

    /** Length of the record at the index, which must end within the frame. */
    private int recordBytes() {
        int left = window.recordsEnd() - recordIndex - FrameLayout.RECORD_HEAD_BYTES;
        int length = left < 0 ? -1 : window.recordBytes(recordIndex);
        if (length < 0 || length > left) {
            inFrame = false;
            throw CorruptLogException.of(
                    Objects.requireNonNull(segment).path, frameAt, Defect.of("recordBytes", "0 to " + left, length));
        }
        return length;
    }

    private long start(long sequence) {
        if (sequence < 0) {
            throw new IllegalArgumentException(
                    "sequence must not be negative: log=" + log.name + ", sequence=" + sequence);
        }
        return Math.max(sequence, log.firstSequence());
    }

    /** Goes on at the first record that is kept, and says so, if the one at the position is not. */
    private void requireKept() {
        long first = log.firstSequence();
        if (position < first) {
            long lost = position;
            position = first;
            inFrame = false;
            throw HistoryLostException.of(log.name, lost, first);
        }
    }

    private void forgetWhatWasCut() {
        int now = log.truncations();
        if (now != truncations) {
            truncations = now;
            segment = null;
            inFrame = false;
            recordsEnd = -1;
        }
    }

    private void requireOpen() {
        log.requireOpen();
        if (closed) {
            throw LogClosedException.of(log.name);
        }
    }

    private void requireNotHandingOver() {
        if (handingOver) {
            throw new IllegalStateException(
                    "a reader must not use its cursor: log=" + log.name + ", position=" + position);
        }
    }
}
