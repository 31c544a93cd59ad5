package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log in the segment files of one directory. */
final class DiskLog implements RedexLog {

    /*
     * Appenders take turns under a lock: encode a frame, write it behind the last one, then publish, first the
     * segment's end, then the next sequence. A reader looks at the next sequence first; whatever lies below it has its
     * segment in the array and its bytes before that segment's end. Bytes of a failed write lie behind the end, where
     * nobody looks and nobody writes again.
     *
     * Forces belong to the force thread alone. It takes the waiters, then the next sequence, forces every segment up
     * to there, and answers them all: as many appenders as were waiting share one force.
     */
    private static final Logger LOG = System.getLogger(DiskLog.class.getName());
    private static final int IDLE_READERS = 4;
    private static final long NOTHING_UNFORCED = 0;

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    /** Someone who waits until all records below a sequence are forced. */
    private record Waiter(long nextSequence, CompletableFuture<Void> done) {}

    private final String name;
    private final Path directory;
    private final SegmentStore store;
    private final RedexConfig config;
    private final ForceWorker forcer;
    private final Consumer<DiskLog> whenClosed;
    private final long forceIntervalNanos;
    private final long quarantinedBytes;
    private final SegmentHead epochHead;

    private final ReentrantLock appending = new ReentrantLock();
    private final FrameBuffer frame = new FrameBuffer(); // under the lock
    private long lastTimestampNanos; // under the lock

    private volatile Segment[] segments; // written under the lock; only ever longer copies
    private volatile long nextSequence; // written under the lock
    private volatile long unforcedSinceNanos = NOTHING_UNFORCED; // set by appenders, cleared by the force thread

    private volatile long forcedSequence; // written by the force thread
    private int firstUnforced; // segment, by the force thread

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();
    private final AppendHints hints;
    private final Set<DiskCursor> cursors = ConcurrentHashMap.newKeySet();
    private final ArrayBlockingQueue<DiskCursor> idleReaders = new ArrayBlockingQueue<>(IDLE_READERS);

    private DiskLog(
            String name,
            Path directory,
            SegmentStore store,
            RedexConfig config,
            ForceWorker forcer,
            Consumer<DiskLog> whenClosed,
            RecoveredLog recovered) {
        this.name = name;
        this.directory = directory;
        this.store = store;
        this.config = config;
        this.forcer = forcer;
        this.whenClosed = whenClosed;
        this.forceIntervalNanos = config.forceInterval().toNanos();
        this.hints = new AppendHints(name);
        segments = recovered.segments().toArray(Segment[]::new);
        nextSequence = recovered.nextSequence();
        forcedSequence = recovered.nextSequence();
        firstUnforced = segments.length - 1;
        lastTimestampNanos = recovered.lastTimestampNanos();
        quarantinedBytes = recovered.quarantinedBytes();
        epochHead = active().head;
    }

    /**
     * Opens or creates the log.
     *
     * @param whenClosed called once the log's files are closed
     */
    static DiskLog open(
            String name,
            Path base,
            SegmentStore store,
            RedexConfig config,
            ForceWorker forcer,
            Consumer<DiskLog> whenClosed)
            throws IOException {
        RecoveredLog recovered = Uninterrupted.call(() -> LogRecovery.run(store, name, base));
        Path directory = base.resolve(LogName.directory(name));
        DiskLog log = new DiskLog(name, directory, store, config, forcer, whenClosed, recovered);
        forcer.add(log);
        return log;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int epoch() {
        return epochHead.epoch();
    }

    @Override
    public long epochStart() {
        return epochHead.epochStart();
    }

    @Override
    public long firstSequence() {
        return segments[0].baseSequence();
    }

    @Override
    public long nextSequence() {
        return nextSequence;
    }

    @Override
    public long forcedSequence() {
        return forcedSequence;
    }

    @Override
    public RedexLogStats stats() {
        long next = nextSequence;
        Segment[] all = segments;
        long bytes = 0;
        for (Segment segment : all) {
            bytes += segment.end() - SegmentLayout.HEAD_BYTES;
        }
        Throwable cause = failure.get();
        return new RedexLogStats(
                name,
                epoch(),
                firstSequence(),
                next,
                Math.min(forcedSequence, next),
                bytes,
                all.length,
                quarantinedBytes,
                cause == null ? null : cause.toString());
    }

    // --- appending

    @Override
    public long append(ByteBuffer payload, long timestampNanos) {
        int length = payload.remaining();
        Payloads.check(name, length, config.maxPayloadBytes());
        long sequence;
        appending.lock();
        try {
            requireAppendable();
            int frameBytes = (int) FrameLayout.frameBytes(FrameLayout.RECORD_HEAD_BYTES + length);
            frame.begin(frameBytes).putInt(length).put(payload.duplicate());
            sequence = write(1, frameBytes, timestampNanos);
        } finally {
            appending.unlock();
        }
        hints.fire();
        return sequence;
    }

    @Override
    public long append(RecordBatch batch, long timestampNanos) {
        ByteBuffer encoded = batch.encoded();
        Payloads.check(name, batch, encoded, config.maxPayloadBytes());
        long sequence;
        appending.lock();
        try {
            requireAppendable();
            if (batch.count() == 0) {
                return nextSequence;
            }
            int frameBytes = (int) FrameLayout.frameBytes(encoded.remaining());
            frame.begin(frameBytes).put(encoded);
            sequence = write(batch.count(), frameBytes, timestampNanos);
        } finally {
            appending.unlock();
        }
        hints.fire();
        return sequence;
    }

    private long write(int count, int frameBytes, long timestampNanos) {
        long sequence = nextSequence;
        long stamp = Math.max(timestampNanos, lastTimestampNanos);
        Segment segment;
        try {
            segment = segmentFor(sequence, frameBytes);
            ByteBuffer bytes = frame.finish(sequence, stamp, count, segment.head.frameTag());
            segment.file().write(bytes, segment.end());
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            throw LogFailedException.of(name, e);
        }
        lastTimestampNanos = stamp;
        segment.add(sequence, frameBytes);
        nextSequence = sequence + count;
        if (unforcedSinceNanos == NOTHING_UNFORCED) {
            unforcedSinceNanos = System.nanoTime() | 1; // never NOTHING_UNFORCED
        }
        return sequence;
    }

    /** The segment in which the next frame goes, a new one if it does not fit into the last. */
    private Segment segmentFor(long sequence, int frameBytes) throws IOException {
        Segment active = active();
        if (active.isEmpty() || active.end() + frameBytes <= config.segmentBytes()) {
            return active;
        }
        SegmentHead head = active.head.next(sequence);
        Segment next = new Segment(directory.resolve(SegmentLayout.fileName(sequence)), head);
        next.attach(store.create(next.path));
        Segment[] all = Arrays.copyOf(segments, segments.length + 1);
        all[all.length - 1] = next;
        segments = all; // also owns the file if writing its head fails
        next.file().write(SegmentLayout.encode(head), 0);
        return next;
    }

    private Segment active() {
        return segments[segments.length - 1];
    }

    private void requireAppendable() {
        requireOpen();
        Throwable cause = failure.get();
        if (cause != null) {
            throw LogFailedException.of(name, cause);
        }
    }

    void requireOpen() {
        if (state.get() != State.OPEN) {
            throw LogClosedException.of(name);
        }
    }

    /** From here on the log only reads. */
    private void fail(Throwable cause) {
        if (failure.compareAndSet(null, cause)) {
            LOG.log(
                    Level.ERROR,
                    "log only reads from here on: log=" + name + ", nextSequence=" + nextSequence + ", forcedSequence="
                            + forcedSequence,
                    cause);
            forcer.wake();
        }
    }

    // --- forcing

    @Override
    public CompletionStage<Void> whenForced(long upTo) {
        if (upTo > nextSequence) {
            throw new IllegalArgumentException("sequence is beyond the log's end: log=" + name + ", asked=" + upTo
                    + ", nextSequence=" + nextSequence);
        }
        if (upTo <= forcedSequence) {
            return CompletableFuture.completedFuture(null);
        }
        Waiter waiter = new Waiter(upTo, new CompletableFuture<>());
        waiters.add(waiter);
        if (state.get() == State.CLOSED) {
            answer(List.of(waiter)); // nobody else will
        } else {
            forcer.wake();
        }
        return waiter.done();
    }

    /** Whether someone waits for a force, or something has been unforced for too long. */
    boolean isForceDue(long nowNanos) {
        if (!waiters.isEmpty()) {
            return true;
        }
        long since = unforcedSinceNanos;
        return since != NOTHING_UNFORCED && nowNanos - since >= forceIntervalNanos && failure.get() == null;
    }

    /** Forces all that is appended by now and answers all who wait. Force thread only. */
    void force() {
        List<Waiter> asking = new ArrayList<>();
        for (Waiter waiter = waiters.poll(); waiter != null; waiter = waiters.poll()) {
            asking.add(waiter);
        }
        unforcedSinceNanos = NOTHING_UNFORCED; // before looking at the end: an append after that look sets it again
        long target = nextSequence;
        if (failure.get() == null && target > forcedSequence) {
            try {
                forceSegments();
                forcedSequence = target;
            } catch (IOException | RuntimeException | Error e) {
                fail(e);
            }
        }
        answer(asking);
    }

    private void forceSegments() throws IOException {
        Segment[] all = segments;
        boolean unnamed = false;
        for (int i = firstUnforced; i < all.length; i++) {
            unnamed |= all[i].force();
        }
        if (unnamed) {
            store.forceDirectory(directory);
        }
        for (int i = firstUnforced; i < all.length - 1; i++) {
            all[i].release();
        }
        firstUnforced = all.length - 1;
    }

    private void answer(List<Waiter> asking) {
        for (Waiter waiter : asking) {
            Throwable cause = failure.get();
            if (waiter.nextSequence() <= forcedSequence) {
                waiter.done().complete(null);
            } else if (cause != null) {
                waiter.done().completeExceptionally(LogFailedException.of(name, cause));
            } else {
                waiter.done().completeExceptionally(LogClosedException.of(name));
            }
        }
    }

    // --- reading

    @Override
    public ReadResult read(long sequence) {
        requireOpen();
        long first = firstSequence();
        long next = nextSequence;
        if (sequence < first || sequence >= next) {
            return new ReadResult.Absent(sequence, first, next);
        }
        DiskCursor idle = idleReaders.poll();
        DiskCursor reader = idle == null ? newCursor(sequence) : idle;
        boolean kept = false;
        try {
            reader.seek(sequence);
            SingleRecord record = new SingleRecord();
            reader.read(record, 1);
            kept = idleReaders.offer(reader);
            return record.result();
        } catch (CorruptLogException e) {
            return new ReadResult.Corrupt(sequence, String.valueOf(e.getMessage()));
        } finally {
            if (!kept || state.get() == State.CLOSED) {
                reader.close();
            }
        }
    }

    @Override
    public LogCursor cursor(long fromSequence) {
        requireOpen();
        return newCursor(fromSequence);
    }

    private DiskCursor newCursor(long fromSequence) {
        DiskCursor cursor = new DiskCursor(this, store, fromSequence);
        cursors.add(cursor);
        return cursor;
    }

    void forget(DiskCursor cursor) {
        cursors.remove(cursor);
    }

    /** The segment that holds a record below the next sequence. */
    Segment segmentOf(long sequence) {
        Segment[] all = segments;
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

    @Override
    public Registration onAppend(Runnable hint) {
        requireOpen();
        return hints.add(hint);
    }

    // --- closing

    boolean isOpen() {
        return state.get() == State.OPEN;
    }

    void awaitClosed() {
        closed.join();
    }

    @Override
    public void close() {
        if (!state.compareAndSet(State.OPEN, State.CLOSING)) {
            if (!forcer.isCurrentThread()) { // the thread that closes may be waiting for this one
                awaitClosed();
            }
            return;
        }
        awaitAppendInHand();
        forcer.finish(this);
        state.set(State.CLOSED);
        answer(new ArrayList<>(waiters));
        hints.clear();
        cursors.forEach(DiskCursor::release);
        cursors.clear();
        for (Segment segment : segments) {
            try {
                segment.release();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "segment did not close: log=" + name + ", file=" + segment.path, e);
            }
        }
        whenClosed.accept(this);
        closed.complete(null);
    }

    /** Later ones find the log closing. */
    private void awaitAppendInHand() {
        appending.lock();
        try {
            assert !isOpen();
        } finally {
            appending.unlock();
        }
    }

    /** Copies the one record it is handed. */
    private static final class SingleRecord implements LogCursor.RecordReader {

        private @Nullable ReadResult found;

        @Override
        public boolean accept(long sequence, long timestampNanos, ByteBuffer payload) {
            byte[] copy = new byte[payload.remaining()];
            payload.get(copy);
            found = new ReadResult.Present(sequence, timestampNanos, copy);
            return false;
        }

        private ReadResult result() {
            if (found == null) {
                throw new UncheckedIOException(new IOException("record below the log's end was not found"));
            }
            return found;
        }
    }
}
