package io.netbus.redex;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a log on disk share: its segments, how far it is written, and whether it still works.
 * <p>
 * <b>Threads:</b> the appender, under its lock, moves the end on; whoever changes the list of segments holds that lock too;
 * anybody reads.
 */
final class LogState {

    private static final Logger LOG = System.getLogger(DiskLog.class.getName());
    private static final int MAX_HOLES = 10_000; // to remember; a log with more is beyond counting
    private static final VarHandle WRITTEN;

    static {
        try {
            WRITTEN = MethodHandles.lookup().findVarHandle(LogState.class, "written", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final String name;
    final Path directory;
    final SegmentStore store;
    final LogConfig config;
    final InstantSource clock;

    final LogReaders readers = new LogReaders();

    /** Held for each append, and to change the list of segments; see {@link AppendLock}. */
    final AppendLock appending = new AppendLock();

    private final ConcurrentHashMap<Long, LogHole> holes = new ConcurrentHashMap<>(); // by first sequence
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final ArchivedSegments archived;
    private volatile Segment[] segments; // never empty
    private volatile boolean open = true;
    private volatile long visibleLimit = Long.MAX_VALUE;
    private volatile int truncations; // written under the lock

    @SuppressWarnings("UnusedVariable") // read and written through WRITTEN
    private long
            written; // next sequence; ordered: whoever sees it sees the record's segment and the bytes below its end

    LogState(
            String name,
            Path directory,
            SegmentStore store,
            LogConfig config,
            InstantSource clock,
            RecoveredLog recovered,
            ArchivedSegments archived) {
        this.name = name;
        this.directory = directory;
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.segments = recovered.segments().toArray(Segment[]::new);
        this.archived = archived;
        this.written = recovered.nextSequence();
    }

    // --- records

    /** Up to where readers see: what is written, or less of it. */
    long nextSequence() {
        return Math.min(writtenSequence(), visibleLimit);
    }

    /** The sequence that the next append gets. */
    long writtenSequence() {
        return (long) WRITTEN.getAcquire(this);
    }

    /** Says that records below a sequence are written, and shows them to readers, as far as these may see them. */
    void publish(long next) {
        WRITTEN.setRelease(this, next);
    }

    /** Lets readers see nothing from a sequence on that they have not seen before; {@link Long#MAX_VALUE}: all. */
    void limitVisible(long sequence) {
        visibleLimit = sequence;
    }

    /** How often what was written was cut off again. Readers who kept some of it forget it when this changes. */
    int truncations() {
        return truncations;
    }

    /** Goes on at a sequence, in a fresh segment, behind the first that are kept. Under the log's lock. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    void truncate(int kept, Segment fresh, long sequence) {
        Segment[] all = Arrays.copyOf(segments, kept + 1);
        all[kept] = fresh;
        segments = all;
        WRITTEN.setRelease(this, sequence);
        truncations++;
    }

    /** The lowest that can be read, from the archive if need be. */
    long firstSequence() {
        long local = segments[0].baseSequence(); // first: what it has lost since is in the archive
        return archived.isEmpty() ? local : Math.min(local, archived.firstSequence());
    }

    // --- segments

    /** By ascending base sequence; not to be changed. */
    Segment[] segments() {
        return segments;
    }

    Segment active() {
        Segment[] all = segments;
        return all[all.length - 1];
    }

    /** Goes on in another segment. Under the lock. */
    void add(Segment next) {
        Segment[] all = Arrays.copyOf(segments, segments.length + 1);
        all[all.length - 1] = next;
        segments = all;
    }

    /** Forgets the first segments. Under the lock. */
    void dropFirst(int count) {
        Segment[] all = segments;
        segments = Arrays.copyOfRange(all, count, all.length);
    }

    boolean hasArchive() {
        return archived != ArchivedSegments.none();
    }

    ArchivedSegments archived() {
        return archived;
    }

    /**
     * The segment that holds a record between the first and the next sequence, or would.
     *
     * @throws NoSuchFileException if it was archived, and is gone from the archive; the first sequence is then behind it
     */
    Segment segmentOf(long sequence) throws IOException {
        Segment[] all = segments;
        if (sequence < all[0].baseSequence()) {
            Segment found = archived.segmentOf(sequence);
            if (found == null) {
                throw new NoSuchFileException(SegmentLayout.fileName(sequence));
            }
            return found;
        }
        int low = 0;
        int high = all.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (all[middle].baseSequence() <= sequence) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return all[low];
    }

    /** What the files of the log's records take up, without room made ahead. */
    long bytes() {
        long bytes = 0;
        for (Segment segment : segments) {
            bytes += segment.end();
        }
        return bytes;
    }

    /** Behind the last record that a segment holds, or should. */
    long endOf(Segment segment) {
        Segment[] all = segments;
        if (archived.holds(segment)) {
            return archived.endOf(segment, all[0].baseSequence());
        }
        for (int i = all.length - 2; i >= 0 && all[i].baseSequence() >= segment.baseSequence(); i--) {
            if (all[i] == segment) {
                return all[i + 1].baseSequence();
            }
        }
        return nextSequence();
    }

    // --- health

    /** Counts and reports records that were found damaged. */
    void damaged(LogHole hole) {
        if (holes.size() < MAX_HOLES && holes.putIfAbsent(hole.fromSequence(), hole) == null) {
            LOG.log(
                    Level.ERROR,
                    () -> "records are damaged: log=" + name + ", from=" + hole.fromSequence() + ", to="
                            + hole.toSequence() + ", file=" + hole.file() + ", offset=" + hole.offset() + ", "
                            + hole.defect());
        }
    }

    long damagedRecords() {
        return holes.values().stream().mapToLong(LogHole::records).sum();
    }

    boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }

    boolean isHealthy() {
        return failure.get() == null;
    }

    @Nullable
    Throwable failure() {
        return failure.get();
    }

    /** From here on the log only reads. */
    void fail(Throwable cause, long forcedSequence) {
        if (failure.compareAndSet(null, cause)) {
            LOG.log(
                    Level.ERROR,
                    "log only reads from here on: log=" + name + ", nextSequence=" + writtenSequence()
                            + ", forcedSequence=" + forcedSequence,
                    cause);
        }
    }

    void requireOpen() {
        if (!open) {
            throw LogClosedException.of(name);
        }
    }

    void requireAppendable() {
        requireOpen();
        Throwable cause = failure.get();
        if (cause != null) {
            throw LogFailedException.of(name, cause);
        }
    }
}
