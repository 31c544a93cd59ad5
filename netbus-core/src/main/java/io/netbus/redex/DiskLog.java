package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log in the segment files of one directory. */
final class DiskLog implements RedexLog {

    /*
     * Appenders take turns under a lock: encode a frame, write it behind the last one, then publish, first the
     * segment's end, then the next sequence. A reader looks at the next sequence first; whatever lies below it has its
     * segment in the array and its bytes before that segment's end (RecordPublicationStress). Bytes of a failed write lie
     * behind the end, where nobody looks, and the next frame is written over them.
     *
     * Forces belong to the force thread alone. It takes the waiters, then the next sequence, forces every segment up
     * to there, and answers them all: as many appenders as were waiting share one force.
     *
     * What the tip of a segment vouches for was forced before the tip was written. Three rules tell an opening log what
     * may be missing. A tip is exact only while nothing follows it: the first append after opening takes that back, by
     * a force, before it writes. A segment's last, exact tip is written only after the next segment's head and name are
     * forced. And segments are forced in order. So the forced part of a log ends at the first tip that is not exact.
     */
    private static final Logger LOG = System.getLogger(DiskLog.class.getName());
    private static final int IDLE_READERS = 4;

    /** More full segments than these must not wait for their force: an appender that is faster waits for the disk. */
    private static final int MAX_UNSEALED = 2;

    private static final long NOTHING_UNFORCED = 0;
    private static final long LOCAL_TERM = 0;
    private static final long SEAL_NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long HEADROOM_BYTES = 1024 * 1024;
    private static final VarHandle NEXT_SEQUENCE;

    static {
        try {
            NEXT_SEQUENCE = MethodHandles.lookup().findVarHandle(DiskLog.class, "nextSequence", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

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
    private final PrepareWorker preparer;
    private final Consumer<DiskLog> whenClosed;
    private final long forceIntervalNanos;
    private final long quarantinedBytes;
    private final SegmentHead epochHead;

    private final AppendLock appending = new AppendLock();
    private final FrameBuffer frame = new FrameBuffer(); // under the lock
    private long lastTimestampNanos; // under the lock
    private long roomEnd; // under the lock: offset up to which the active segment takes frames without being asked
    private volatile int unsealed; // written under the lock: full segments that are not sealed yet

    private volatile Segment[] segments; // written under the lock; only ever longer copies
    private volatile long nextSequence; // written under the lock
    private volatile long unforcedSinceNanos = NOTHING_UNFORCED; // set by appenders, cleared by the force thread

    private volatile long forcedSequence; // written by the force thread
    private int firstUnsealed; // segment, by the force thread

    private final AtomicLong preparationFailures = new AtomicLong();
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
            PrepareWorker preparer,
            Consumer<DiskLog> whenClosed,
            RecoveredLog recovered) {
        this.name = name;
        this.directory = directory;
        this.store = store;
        this.config = config;
        this.forcer = forcer;
        this.preparer = preparer;
        this.whenClosed = whenClosed;
        this.forceIntervalNanos = config.forceInterval().toNanos();
        this.hints = new AppendHints(name);
        segments = recovered.segments().toArray(Segment[]::new);
        nextSequence = recovered.nextSequence();
        forcedSequence = recovered.nextSequence();
        firstUnsealed = segments.length - 1;
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
            PrepareWorker preparer,
            Consumer<DiskLog> whenClosed)
            throws IOException {
        RecoveredLog recovered = Uninterrupted.call(() -> LogRecovery.run(store, name, base));
        Path directory = base.resolve(LogName.directory(name));
        DiskLog log = new DiskLog(name, directory, store, config, forcer, preparer, whenClosed, recovered);
        forcer.add(log);
        preparer.add(log);
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
            Segment segment = segmentFor(frameBytes); // first: it may let others append meanwhile
            frame.put(payload, frameBytes);
            sequence = write(segment, 1, frameBytes, timestampNanos);
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
            Segment segment = segmentFor(frameBytes);
            frame.putEncoded(encoded, frameBytes);
            sequence = write(segment, batch.count(), frameBytes, timestampNanos);
        } finally {
            appending.unlock();
        }
        hints.fire();
        return sequence;
    }

    private long write(Segment segment, int count, int frameBytes, long timestampNanos) {
        long sequence = nextSequence;
        long stamp = Math.max(timestampNanos, lastTimestampNanos);
        long offset = segment.end();
        try {
            frame.finish(sequence, LOCAL_TERM, stamp, count, segment.head.frameTag());
            segment.writer().write(frame.bytes(), frameBytes, offset);
        } catch (IOException | RuntimeException | Error e) {
            throw refuse(e, frameBytes);
        }
        lastTimestampNanos = stamp;
        segment.add(sequence, count, frameBytes, frame.crc(), stamp);
        NEXT_SEQUENCE.setRelease(this, sequence + count);
        if (unforcedSinceNanos == NOTHING_UNFORCED) {
            unforcedSinceNanos = System.nanoTime() | 1; // never NOTHING_UNFORCED
        }
        return sequence;
    }

    /** The segment that takes the next frame, with room for it. */
    private Segment segmentFor(int frameBytes) {
        Segment active = active();
        if (active.end() + frameBytes <= roomEnd) {
            return active;
        }
        try {
            return makeRoom(frameBytes);
        } catch (IOException | RuntimeException | Error e) {
            throw refuse(e, frameBytes);
        }
    }

    private Segment makeRoom(int frameBytes) throws IOException {
        while (true) {
            Segment active = active();
            if (!active.isWritable()) {
                startWriting(active, frameBytes);
            }
            boolean fits = active.isEmpty() || active.end() + frameBytes <= config.segmentBytes();
            if (fits) {
                roomEnd = Math.min(
                        active.writer().makeRoom(active.end() + frameBytes),
                        Math.max(config.segmentBytes(), active.end() + frameBytes));
                return active;
            }
            if (unsealed < MAX_UNSEALED) {
                roll(active);
            } else {
                awaitSealed();
                requireAppendable();
            }
        }
    }

    /** Lets the lock go until a full segment is sealed, or something is amiss. */
    private void awaitSealed() {
        appending.unlock();
        boolean interrupted = false;
        while (unsealed >= MAX_UNSEALED && failure.get() == null && state.get() == State.OPEN) {
            forcer.wake();
            interrupted |= Thread.interrupted(); // it would end each nap at once
            LockSupport.parkNanos(this, SEAL_NAP_NANOS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        appending.lock();
    }

    /** Opens the segment that was found at opening, and takes back that nothing follows its end. */
    private void startWriting(Segment active, int frameBytes) throws IOException {
        boolean fits = active.isEmpty() || active.end() + frameBytes <= config.segmentBytes();
        active.index(store);
        SegmentFile file = store.openForWriting(active.path);
        try {
            active.attach(fits ? writer(file, active.end()) : new ChannelWriter(file));
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
        try {
            active.mark(false);
        } catch (IOException | RuntimeException | Error e) {
            fail(e); // a force may have failed
            throw e;
        }
    }

    /** Goes on in a new segment. If that fails, no trace of it is left. */
    private void roll(Segment active) throws IOException {
        SegmentHead head = active.head.next(nextSequence);
        SegmentTip tip = SegmentTip.empty(nextSequence, lastTimestampNanos, false);
        Path path = directory.resolve(SegmentLayout.fileName(nextSequence));
        Segment next = Segment.unwritten(path, head, tip);
        SegmentFile file = store.create(path);
        try {
            file.write(SegmentLayout.encode(head, tip), 0);
            next.attach(writer(file, SegmentLayout.HEAD_BYTES));
        } catch (IOException | RuntimeException | Error e) {
            try {
                file.close();
                store.delete(path);
            } catch (IOException again) {
                e.addSuppressed(again);
                fail(e);
            }
            throw e;
        }
        Segment[] all = Arrays.copyOf(segments, segments.length + 1);
        all[all.length - 1] = next;
        segments = all;
        unsealed = unsealed + 1;
        roomEnd = 0;
        forcer.wake();
    }

    private SegmentWriter writer(SegmentFile file, long end) throws IOException {
        return switch (config.writeMode()) {
            case CHANNEL -> new ChannelWriter(file);
            case MAPPED -> new MappedWriter(file, end, config.segmentBytes(), preparer::wake);
        };
    }

    /** What to tell an appender whose frame was not written; where room is all that lacks, the log goes on. */
    private RuntimeException refuse(Throwable cause, int frameBytes) {
        if (cause instanceof RedexException told) {
            return told;
        }
        if (cause instanceof IOException && failure.get() == null && lacksRoom(frameBytes)) {
            return LogFullException.of(name, directory, frameBytes, cause);
        }
        fail(cause);
        return LogFailedException.of(name, cause);
    }

    private boolean lacksRoom(int frameBytes) {
        try {
            return store.usableBytes(directory) < frameBytes + HEADROOM_BYTES;
        } catch (IOException e) {
            return false;
        }
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
        if (unsealed > 0 && failure.get() == null) { // a glimpse without the lock; the appender wakes this thread
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
        appending.lock();
        Segment[] all;
        long target;
        SegmentTip tip;
        try {
            all = segments;
            target = nextSequence;
            tip = active().tip(false);
        } finally {
            appending.unlock();
        }
        boolean toSeal = firstUnsealed < all.length - 1; // also if no record followed, for want of room
        if (failure.get() == null && (target > forcedSequence || toSeal)) {
            try {
                forceSegments(all, tip);
                forcedSequence = target;
                sealSegments(all);
                all[all.length - 1].writeTip(tip); // forced by the next force
            } catch (IOException | RuntimeException | Error e) {
                fail(e);
            }
        }
        answer(asking);
    }

    private void forceSegments(Segment[] all, SegmentTip tip) throws IOException {
        boolean unnamed = false;
        for (int i = firstUnsealed; i < all.length; i++) {
            unnamed |= all[i].force(i < all.length - 1 ? all[i].end() : tip.end());
        }
        if (unnamed) {
            store.forceDirectory(directory);
            for (int i = firstUnsealed; i < all.length; i++) {
                all[i].nameForced();
            }
        }
    }

    /** Lets all but the last go. */
    private void sealSegments(Segment[] all) throws IOException {
        while (firstUnsealed < all.length - 1) {
            all[firstUnsealed].seal();
            firstUnsealed++;
            appending.lock();
            try {
                unsealed = unsealed - 1;
            } finally {
                appending.unlock();
            }
        }
    }

    /** Forces a last time, and leaves a file that says so and can be opened without being read. Force thread only. */
    void finish() {
        force();
        try {
            Segment active = active();
            if (active.isWritable() && failure.get() == null) {
                active.seal();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /** The writer of the segment that is appended to; null if there is none. */
    @Nullable
    SegmentWriter openWriter() {
        return active().openWriter();
    }

    /** Says that making room ahead failed; appenders find out whether there is any. */
    void preparationFailed(Throwable cause) {
        if (preparationFailures.getAndIncrement() == 0) {
            LOG.log(Level.WARNING, "no room could be made ahead: log=" + name + ", directory=" + directory, cause);
        }
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
        preparer.remove(this);
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
