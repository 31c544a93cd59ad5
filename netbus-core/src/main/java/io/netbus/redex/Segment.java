package io.netbus.redex;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One file of a log, as far as it is written.
 * <p>
 * <b>Threads:</b> the appender, under its log's lock, writes; the force thread forces, keeps the tip, and lets the file
 * go; readers ask for the end, and inside it, see {@link LogReaders}, for its bytes and index.
 */
final class Segment {

    private static final Logger LOG = System.getLogger(DiskLog.class.getName());
    private static final VarHandle END;

    static {
        try {
            END = MethodHandles.lookup().findVarHandle(Segment.class, "end", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /*
     * While it is open for writing, the writer's memory, or file, is what readers read; else the file, mapped when the
     * first of them comes. Both are used only by readers that are inside, and let go only behind them.
     */
    final Path path;
    final SegmentHead head;
    private final SegmentStore store;

    private long end; // offset behind the last published frame; written by the appender
    private long nextSequence; // the rest of what a tip holds, of the appender
    private long timestampNanos;
    private int frameBytes;
    private int frameCrc;

    private volatile boolean dropped;
    private volatile boolean closed;
    private volatile @Nullable SegmentWriter writer; // null unless open for writing

    private long tipGeneration; // of who forces, as is all below
    private long forcedEnd;
    private boolean named; // whether the file's name is forced
    private SegmentTip.State state; // of the tip on file

    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable ReadableBytes source; // null until it is asked for; written under the opening lock
    private volatile @Nullable SegmentIndex index; // likewise; not null while open for writing

    /** One that is on disk, whole and forced, with its name. */
    Segment(SegmentStore store, Path path, SegmentHead head, SegmentTip tip) {
        this(store, path, head, tip, tip.end());
    }

    /** One that is about to be made. */
    static Segment unwritten(SegmentStore store, Path path, SegmentHead head, SegmentTip tip) {
        Segment segment = new Segment(store, path, head, tip, 0);
        segment.index = new SegmentIndex(head.baseSequence());
        return segment;
    }

    private Segment(SegmentStore store, Path path, SegmentHead head, SegmentTip tip, long forcedEnd) {
        this.store = store;
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

    boolean isEmpty() {
        return end() == SegmentLayout.HEAD_BYTES;
    }

    // --- readers, inside it

    /** Its published bytes. */
    ReadableBytes bytes(LogReaders readers) throws IOException {
        ReadableBytes there = writer;
        if (there == null) {
            there = source;
        }
        if (there != null) {
            return there;
        }
        opening.lock();
        try {
            there = source;
            if (there == null) {
                requireThere();
                there = openSource();
                source = there;
                readers.opened(this);
            }
            return there;
        } finally {
            opening.unlock();
        }
    }

    private ReadableBytes openSource() throws IOException {
        SegmentFile file = store.openForReading(path);
        try {
            Mapping mapping = file.map((int) end());
            file.close();
            return mapping;
        } catch (UnsupportedOperationException e) { // an archive that is not of this machine
            return file;
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** Where to start looking for a record: from the index's file, or the segment's if there is none. */
    SegmentIndex index(LogReaders readers) throws IOException {
        SegmentIndex there = index;
        if (there != null) {
            return there;
        }
        opening.lock();
        try {
            there = index;
            if (there == null) {
                requireThere();
                there = readIndex();
                index = there;
                readers.opened(this);
            }
            return there;
        } finally {
            opening.unlock();
        }
    }

    private SegmentIndex readIndex() throws IOException {
        long upTo = end();
        SegmentIndex found = IndexFile.open(store, path, head, upTo);
        if (found != null && found.end() == upTo) {
            return found;
        }
        SegmentIndex grown = found == null ? new SegmentIndex(baseSequence()) : found.growable();
        if (found != null) {
            found.close();
        }
        try (SegmentFile file = store.openForReading(path)) {
            if (grown.readOn(file, head, upTo)) {
                writeIndex(grown);
            }
        }
        return grown;
    }

    private void writeIndex(SegmentIndex whole) {
        try {
            IndexFile.write(store, path, head, whole, end(), nextSequence);
        } catch (IOException e) { // as if there were no file
            LOG.log(Level.DEBUG, "index was not written: file=" + path, e);
        }
    }

    private void requireThere() throws IOException {
        if (dropped || closed) {
            throw new NoSuchFileException(path.toString());
        }
    }

    // --- who takes it away

    /** Lets go of what readers need, behind them; they open it anew. */
    void letGo(LogReaders readers) {
        ReadableBytes oldSource;
        SegmentIndex oldIndex = null;
        opening.lock();
        try {
            oldSource = source;
            source = null;
            if (writer == null) {
                oldIndex = index;
                index = null;
            }
        } finally {
            opening.unlock();
        }
        close(oldSource, oldIndex, readers);
    }

    /** Lets go of it for good: retention has taken it. */
    void drop(LogReaders readers) {
        dropped = true;
        letGo(readers);
    }

    /** Lets go of it for good, and of the file as it is. */
    void close(LogReaders readers) throws IOException {
        closed = true;
        letGo(readers);
        SegmentWriter open = writer;
        if (open != null) {
            writer = null;
            readers.awaitOut(this);
            open.close();
        }
    }

    private void close(@Nullable ReadableBytes oldSource, @Nullable SegmentIndex oldIndex, LogReaders readers) {
        if (oldSource == null && oldIndex == null) {
            return;
        }
        readers.awaitOut(this);
        if (oldIndex != null) {
            oldIndex.close();
        }
        if (oldSource != null) {
            try {
                oldSource.close();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "segment did not close: file=" + path, e);
            }
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

    /** Takes back what was added behind a tip. Under the log's lock. */
    void cut(SegmentTip at) {
        nextSequence = at.nextSequence();
        timestampNanos = at.timestampNanos();
        frameBytes = at.frameBytes();
        frameCrc = at.frameCrc();
        forcedEnd = Math.min(forcedEnd, at.end());
        END.setRelease(this, at.end());
    }

    boolean isWritable() {
        return writer != null;
    }

    void attach(SegmentWriter open) {
        writer = open;
    }

    /** Opens one for writing again that was found on disk. */
    void reopen(SegmentWriter open, LogReaders readers) throws IOException {
        ReadableBytes oldSource;
        SegmentIndex oldIndex;
        opening.lock();
        try {
            oldIndex = index(readers);
            oldSource = source;
            index = oldIndex.growable();
            source = null;
            writer = open;
        } finally {
            opening.unlock();
        }
        close(oldSource, oldIndex, readers);
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

    /** Lets the file go, behind its readers; nothing is appended to it any more. */
    void seal(SegmentTip.State what, LogReaders readers) throws IOException {
        SegmentWriter open = writer();
        mark(what);
        writer = null;
        readers.awaitOut(this);
        open.finish(end());
    }

    /** Puts the index of a sealed segment into its file, and out of the heap. */
    void saveIndex() {
        opening.lock();
        try {
            SegmentIndex there = index;
            if (there != null && writer == null) {
                writeIndex(there);
                index = null; // read back by who needs it
            }
        } finally {
            opening.unlock();
        }
    }
}
