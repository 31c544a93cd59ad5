package io.netbus.redex;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One file of a log, as far as it is written.
 * <p>
 * <b>Threads:</b> the appender, under its log's lock, writes; the force thread forces, keeps the tip, and lets the file
 * go; readers ask for the end and the index, and open the file themselves.
 */
final class Segment {

    private static final VarHandle END;

    static {
        try {
            END = MethodHandles.lookup().findVarHandle(Segment.class, "end", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Path path;
    final SegmentHead head;

    private long end; // offset behind the last published frame; written by the appender
    private long nextSequence; // the rest of what a tip holds, of the appender
    private long timestampNanos;
    private int frameBytes;
    private int frameCrc;

    private volatile boolean dropped;
    private volatile @Nullable SegmentWriter writer; // null unless open for writing

    private long tipGeneration; // of who forces, as is all below
    private long forcedEnd;
    private boolean named; // whether the file's name is forced
    private SegmentTip.State state; // of the tip on file

    private final ReentrantLock indexing = new ReentrantLock();
    private volatile @Nullable SegmentIndex index; // null until it is asked for

    /** One that is on disk, whole and forced, with its name. */
    Segment(Path path, SegmentHead head, SegmentTip tip) {
        this(path, head, tip, tip.end());
    }

    /** One that is about to be made. */
    static Segment unwritten(Path path, SegmentHead head, SegmentTip tip) {
        Segment segment = new Segment(path, head, tip, 0);
        segment.index = new SegmentIndex();
        return segment;
    }

    private Segment(Path path, SegmentHead head, SegmentTip tip, long forcedEnd) {
        this.path = path;
        this.head = head;
        end = tip.end();
        nextSequence = tip.nextSequence();
        timestampNanos = tip.timestampNanos();
        frameBytes = tip.frameBytes();
        frameCrc = tip.frameCrc();
        tipGeneration = tip.generation();
        state = tip.state();
        this.forcedEnd = forcedEnd;
        named = forcedEnd > 0;
    }

    long baseSequence() {
        return head.baseSequence();
    }

    /** Offset behind the last frame that readers may see; with its bytes and index ({@code SegmentPublicationStress}). */
    long end() {
        return (long) END.getAcquire(this);
    }

    /** The stamp of its last published record; of an earlier segment's if it has none. */
    long timestampNanos() {
        end(); // orders this read behind the publication of what it belongs to
        return timestampNanos;
    }

    /** Whether retention has taken it. */
    boolean isDropped() {
        return dropped;
    }

    void drop() {
        dropped = true;
    }

    boolean isEmpty() {
        return end() == SegmentLayout.HEAD_BYTES;
    }

    /** Where to start looking for a record; read from the file the first time. */
    SegmentIndex index(SegmentStore store) throws IOException {
        SegmentIndex there = index;
        if (there != null) {
            return there;
        }
        indexing.lock();
        try {
            there = index;
            if (there == null) {
                there = SegmentIndex.read(this, store);
                index = there;
            }
            return there;
        } finally {
            indexing.unlock();
        }
    }

    // --- the appender

    /** Counts in a frame that is written at the end. */
    void add(long sequence, int count, int bytes, int crc, long stamp) {
        long offset = end;
        Objects.requireNonNull(index).add(sequence - baseSequence(), offset, stamp);
        nextSequence = sequence + count;
        timestampNanos = stamp;
        frameBytes = bytes;
        frameCrc = crc;
        END.setRelease(this, offset + bytes);
    }

    /** How far it is written now. By the appender, or under the log's lock. */
    SegmentTip tip(SegmentTip.State what) {
        return new SegmentTip(0, end, nextSequence, timestampNanos, frameBytes, frameCrc, what);
    }

    boolean isWritable() {
        return writer != null;
    }

    void attach(SegmentWriter open) {
        writer = open;
    }

    SegmentWriter writer() {
        SegmentWriter open = writer;
        if (open == null) {
            throw new IllegalStateException("segment is not open for writing: file=" + path);
        }
        return open;
    }

    // --- the thread that prepares

    @Nullable
    SegmentWriter openWriter() {
        return writer;
    }

    // --- who forces

    /** Forces what lies below an offset and is not forced yet; returns whether the file's name has still to be forced. */
    boolean force(long upTo) throws IOException {
        if (forcedEnd < upTo) {
            writer().force(upTo);
            forcedEnd = upTo;
        }
        return !named;
    }

    boolean isNamed() {
        return named;
    }

    /** Says that the file's name is forced. */
    void nameForced() {
        named = true;
    }

    /** Writes a tip, without forcing it. What it vouches for must be forced. */
    void writeTip(SegmentTip tip) throws IOException {
        SegmentWriter open = writer();
        tipGeneration++;
        open.writeTip(new SegmentTip(
                tipGeneration,
                tip.end(),
                tip.nextSequence(),
                tip.timestampNanos(),
                tip.frameBytes(),
                tip.frameCrc(),
                tip.state()));
        state = tip.state();
    }

    /** Says on file, forced, what may follow what is there now. */
    void mark(SegmentTip.State what) throws IOException {
        if (state != what) {
            writeTip(tip(what));
            writer().force(end());
        }
    }

    /** Lets the file go; nothing is appended to it any more. */
    void seal(SegmentTip.State what) throws IOException {
        SegmentWriter open = writer();
        mark(what);
        writer = null;
        open.finish(end());
    }

    /** Lets the file go as it is. */
    void release() throws IOException {
        SegmentWriter open = writer;
        if (open != null) {
            writer = null;
            open.close();
        }
    }
}
