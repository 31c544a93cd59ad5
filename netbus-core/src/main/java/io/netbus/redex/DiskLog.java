package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log in the segment files of one directory. */
final class DiskLog implements RedexLog {

    private static final Logger LOG = System.getLogger(DiskLog.class.getName());
    private static final int IDLE_READERS = 4;

    private final LogState log;
    private final LogForcer forcer;
    private final LogAppender appender;
    private final LogRetention retention;
    private final LogWorkers workers;
    private final Consumer<DiskLog> whenClosed;
    private final long quarantinedBytes;
    private final List<RecoveryAction> recovery;
    private final AtomicLong preparationFailures = new AtomicLong();

    private final AppendHints hints;
    private final ArrayBlockingQueue<DiskCursor> idleReaders = new ArrayBlockingQueue<>(IDLE_READERS);

    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private DiskLog(LogState log, LogWorkers workers, RecoveredLog recovered, Consumer<DiskLog> whenClosed) {
        this.log = log;
        this.workers = workers;
        this.whenClosed = whenClosed;
        this.forcer = new LogForcer(log, workers.forcer()::wake);
        this.appender = new LogAppender(
                log, forcer, workers.preparer()::wake, workers.sweeper()::request, recovered.lastTimestampNanos());
        this.retention = new LogRetention(log, appender, forcer, recovered.checkpoint());
        this.quarantinedBytes = recovered.quarantinedBytes();
        this.recovery = List.copyOf(recovered.actions());
        this.hints = new AppendHints(log.name);
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
            LogConfig config,
            @Nullable LogArchive archive,
            InstantSource clock,
            LogWorkers workers,
            Consumer<DiskLog> whenClosed)
            throws IOException {
        RecoveredLog recovered = Uninterrupted.call(() -> LogRecovery.run(store, name, base, config.recovery()));
        Path directory = base.resolve(LogName.directory(name));
        ArchivedSegments archived = archive == null
                ? ArchivedSegments.none()
                : Uninterrupted.call(() -> ArchivedSegments.open(
                        archive, name, recovered.segments().get(0).head));
        LogState state = new LogState(name, directory, store, config, clock, recovered, archived);
        DiskLog log = new DiskLog(state, workers, recovered, whenClosed);
        workers.add(log);
        return log;
    }

    LogForcer forcer() {
        return forcer;
    }

    LogRetention retention() {
        return retention;
    }

    LogConfig config() {
        return log.config;
    }

    @Override
    public String name() {
        return log.name;
    }

    @Override
    public int epoch() {
        return log.active().head.epoch();
    }

    @Override
    public long epochStart() {
        return log.active().head.epochStart();
    }

    @Override
    public long validUpTo(int epoch) {
        return retention.checkpoint().validUpTo(epoch, nextSequence());
    }

    @Override
    public List<RecoveryAction> recovery() {
        return recovery;
    }

    @Override
    public long firstSequence() {
        return log.firstSequence();
    }

    @Override
    public long nextSequence() {
        return log.nextSequence();
    }

    @Override
    public long forcedSequence() {
        return forcer.forcedSequence();
    }

    @Override
    public RedexLogStats stats() {
        long next = nextSequence();
        int segments = log.segments().length;
        Throwable cause = log.failure();
        return new RedexLogStats(
                name(),
                epoch(),
                firstSequence(),
                next,
                Math.min(forcedSequence(), next),
                log.bytes() - (long) segments * SegmentLayout.HEAD_BYTES,
                segments,
                forcer.unforcedBytes(),
                forcer.unforcedNanos(),
                forcer.lastForceNanos(),
                quarantinedBytes,
                log.damagedRecords(),
                log.archived().count(),
                retention.archiveFailures(),
                retention.holds().stats(),
                retention.holds().brokenCount(),
                cause == null ? null : cause.toString());
    }

    // --- appending

    @Override
    public long append(ByteBuffer payload, long timestampNanos) {
        return append(payload, timestampNanos, log.config.acknowledgement());
    }

    @Override
    public long append(ByteBuffer payload, long timestampNanos, Acknowledgement level) {
        Payloads.check(name(), payload.remaining(), log.config.maxPayloadBytes());
        long sequence = appender.append(payload, timestampNanos);
        hints.fire();
        acknowledge(sequence + 1, level);
        return sequence;
    }

    @Override
    public long append(RecordBatch batch, long timestampNanos) {
        return append(batch, timestampNanos, log.config.acknowledgement());
    }

    @Override
    public long append(RecordBatch batch, long timestampNanos, Acknowledgement level) {
        return append(batch, timestampNanos, level, -1);
    }

    @Override
    public OptionalLong appendIfNext(long expectedNext, RecordBatch batch, long timestampNanos) {
        if (expectedNext < 0) {
            throw new IllegalArgumentException(
                    "sequence must not be negative: log=" + name() + ", expectedNext=" + expectedNext);
        }
        long sequence = append(batch, timestampNanos, log.config.acknowledgement(), expectedNext);
        return sequence < 0 ? OptionalLong.empty() : OptionalLong.of(sequence);
    }

    private long append(RecordBatch batch, long timestampNanos, Acknowledgement level, long expectedNext) {
        ByteBuffer encoded = batch.encoded();
        Payloads.check(name(), batch, encoded, log.config.maxPayloadBytes());
        long sequence = appender.append(encoded, batch.count(), timestampNanos, expectedNext);
        if (sequence >= 0 && batch.count() > 0) {
            hints.fire();
            acknowledge(sequence + batch.count(), level);
        }
        return sequence;
    }

    private void acknowledge(long nextSequence, Acknowledgement level) {
        if (level == Acknowledgement.FSYNCED || log.config.forcePolicy() instanceof ForcePolicy.EachAppend) {
            forcer.await(nextSequence);
        }
    }

    @Override
    public CompletionStage<Void> whenForced(long upTo) {
        return forcer.whenForced(upTo);
    }

    @Override
    public void sync() {
        requireOpen();
        forcer.await(log.writtenSequence());
    }

    // --- what replication needs

    /**
     * Hides from readers what is appended from a sequence on, until a higher one is given. The sequence is one that they
     * have not passed, or {@link Long#MAX_VALUE} for all.
     */
    void showBelow(long sequence) {
        log.limitVisible(sequence);
        hints.fire();
    }

    /** The sequence that the next append gets; {@link #nextSequence()} is where readers end. */
    long writtenSequence() {
        return log.writtenSequence();
    }

    /**
     * Takes back all records from a sequence on, which must not be visible, and raises the epoch.
     *
     * @throws IllegalArgumentException if it is visible, not written, or in the midst of an append; nothing is changed
     * @throws LogFailedException if the disk fails; the log then only reads
     */
    void truncateFrom(long sequence) {
        requireOpen();
        try {
            Uninterrupted.call(() -> {
                retention.truncate(sequence);
                return sequence;
            });
        } catch (IOException e) {
            throw LogFailedException.of(name(), e);
        }
    }

    // --- retention

    @Override
    public LogHold hold(String owner, long sequence) {
        requireOpen();
        return retention.hold(owner, sequence);
    }

    @Override
    public void sweep() {
        requireOpen();
        try {
            Uninterrupted.call(retention::sweep);
        } catch (IOException e) {
            throw new UncheckedIOException("records could not be let go: log=" + name(), e);
        }
    }

    // --- reading

    /** How many cursors are open, those kept for single reads included. */
    int readers() {
        return log.readers.count();
    }

    @Override
    public ReadResult read(long sequence) {
        requireOpen();
        long next = nextSequence();
        long first = firstSequence();
        if (sequence < 0 || sequence >= next) {
            return new ReadResult.Absent(sequence, first, next);
        }
        if (sequence < first) {
            return new ReadResult.Evicted(sequence, first);
        }
        DiskCursor idle = idleReaders.poll();
        DiskCursor reader = idle == null ? newCursor(sequence) : idle;
        boolean kept = false;
        try {
            reader.seek(sequence);
            SingleRecord record = new SingleRecord(sequence);
            reader.read(record, 1);
            kept = idleReaders.offer(reader);
            return record.result();
        } catch (CorruptLogException e) {
            return new ReadResult.Corrupt(sequence, String.valueOf(e.getMessage()));
        } catch (HistoryLostException e) {
            return new ReadResult.Evicted(sequence, e.to());
        } finally {
            if (!kept || !log.isOpen()) {
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
        return new DiskCursor(log, hints, fromSequence);
    }

    @Override
    public long sequenceAt(long timestampNanos) {
        requireOpen();
        try {
            return TimeSearch.find(log, timestampNanos);
        } catch (IOException e) {
            throw new UncheckedIOException("log could not be read: log=" + name(), e);
        }
    }

    @Override
    public Flow.Publisher<LogRecord> tail(TailStart from) {
        requireOpen();
        return workers.tails().publisher(this, hints, from);
    }

    AppendHints hints() {
        return hints;
    }

    @Override
    public Registration onAppend(Runnable hint) {
        requireOpen();
        return hints.add(hint);
    }

    // --- making room

    /** The writer of the segment that is appended to; null if there is none. */
    @Nullable
    SegmentWriter openWriter() {
        return log.active().openWriter();
    }

    /** Says that making room ahead failed; appenders find out whether there is any. */
    void preparationFailed(Throwable cause) {
        if (preparationFailures.getAndIncrement() == 0) {
            LOG.log(
                    Level.WARNING,
                    "no room could be made ahead: log=" + name() + ", directory=" + log.directory,
                    cause);
        }
    }

    // --- closing

    boolean isOpen() {
        return log.isOpen();
    }

    void requireOpen() {
        log.requireOpen();
    }

    void awaitClosed() {
        closed.join();
    }

    @Override
    public void close() {
        workers.tails().finish(this);
        if (!closing.compareAndSet(false, true)) {
            if (!workers.forcer().isCurrentThread()) { // the thread that closes may be waiting for this one
                awaitClosed();
            }
            return;
        }
        log.appending.lock(); // an append in hand ends before, later ones find the log closed
        try {
            log.close();
        } finally {
            log.appending.unlock();
        }
        workers.remove(this);
        retention.close();
        workers.forcer().finish(this);
        hints.close();
        for (Segment segment : log.segments()) {
            try {
                segment.close(log.readers);
            } catch (IOException e) {
                LOG.log(Level.WARNING, "segment did not close: log=" + name() + ", file=" + segment.path, e);
            }
        }
        for (Segment segment : log.archived().opened()) {
            segment.letGo(log.readers);
        }
        whenClosed.accept(this);
        closed.complete(null);
    }

    /** Copies the one record it is handed. */
    private static final class SingleRecord implements LogCursor.RecordReader {

        private final long wanted;
        private @Nullable ReadResult found;

        private SingleRecord(long wanted) {
            this.wanted = wanted;
        }

        @Override
        public boolean accept(long sequence, long timestampNanos, ByteBuffer payload) {
            byte[] copy = new byte[payload.remaining()];
            payload.get(copy);
            found = new ReadResult.Present(sequence, timestampNanos, copy);
            return false;
        }

        @Override
        public boolean skip(LogHole hole) {
            found = new ReadResult.Corrupt(
                    wanted, "file=" + hole.file() + ", offset=" + hole.offset() + ", " + hole.defect());
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
