package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log's frames and goes on in new segments. <b>Threads:</b> any; they take turns under the log's lock.
 */
final class LogAppender {

    /*
     * An append encodes a frame, writes it behind the last one, then publishes, first the segment's end, then the next
     * sequence. A reader looks at the next sequence first; whatever lies below it has its segment in the list and its
     * bytes before that segment's end (RecordPublicationStress). Bytes of a failed write lie behind the end, where nobody
     * looks, and the next frame is written over them.
     */
    private static final long LOCAL_TERM = 0;

    /** More full segments than these must not wait for their force: an appender that is faster waits for the disk. */
    private static final int MAX_UNSEALED = 2;

    private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long LONGEST_WAIT_FOR_SWEEP_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long HEADROOM_BYTES = 1024 * 1024;

    private final LogState log;
    private final LogForcer forcer;
    private final Runnable preparer;
    private final Runnable sweeper;
    private final @Nullable RecordCodec codec; // null: does not compress
    private final FrameBuffer frame = new FrameBuffer(); // under the lock, as is all below
    private long lastTimestampNanos;
    private long roomEnd; // offset up to which the active segment takes frames without being asked
    private long bytesLeft = Long.MAX_VALUE; // until the hard limit has to be looked at again

    /**
     * @param preparer wakes the thread that makes room ahead
     * @param sweeper asks for a sweep
     */
    LogAppender(LogState log, LogForcer forcer, Runnable preparer, Runnable sweeper, long lastTimestampNanos) {
        this.log = log;
        this.forcer = forcer;
        this.preparer = preparer;
        this.sweeper = sweeper;
        this.codec = log.config.compression() == Compression.LZ4 ? new RecordCodec() : null;
        this.lastTimestampNanos = lastTimestampNanos;
        limit(log.config.retention().hardLimitBytes());
    }

    /** Appends one record; returns its sequence. */
    long append(ByteBuffer payload, long timestampNanos) {
        if (codec != null && payload.remaining() >= RecordCodec.MIN_BYTES) {
            ByteBuffer encoded = new RecordBatch(Integer.BYTES + payload.remaining())
                    .add(payload)
                    .encoded();
            return append(encoded, 1, timestampNanos, -1);
        }
        int frameBytes = (int) FrameLayout.frameBytes(FrameLayout.RECORD_HEAD_BYTES + payload.remaining());
        log.appending.lock();
        try {
            log.requireAppendable();
            Segment segment = segmentFor(frameBytes); // first: it may let the lock go
            frame.put(payload, frameBytes);
            return write(segment, 1, FrameLayout.PLAIN, frameBytes, timestampNanos);
        } finally {
            log.appending.unlock();
        }
    }

    /** Appends encoded records; returns the sequence of the first, or -1 if that would not be the expected one. */
    long append(ByteBuffer encoded, int count, long timestampNanos, long expected) {
        ByteBuffer compressed = codec == null ? null : codec.compress(encoded);
        if (codec == null || compressed == null) {
            return append(encoded, count, FrameLayout.PLAIN, timestampNanos, expected);
        }
        try {
            return append(compressed, count, FrameLayout.LZ4, timestampNanos, expected);
        } finally {
            codec.giveBack(compressed);
        }
    }

    private long append(ByteBuffer body, int count, int storedAs, long timestampNanos, long expected) {
        int frameBytes = (int) FrameLayout.frameBytes(body.remaining());
        log.appending.lock();
        try {
            log.requireAppendable();
            if (count == 0) {
                return isExpected(expected) ? log.writtenSequence() : -1;
            }
            Segment segment = isExpected(expected) ? segmentFor(frameBytes) : null; // may let the lock go
            if (segment == null || !isExpected(expected)) {
                return -1;
            }
            frame.putEncoded(body, frameBytes);
            return write(segment, count, storedAs, frameBytes, timestampNanos);
        } finally {
            log.appending.unlock();
        }
    }

    private boolean isExpected(long expected) {
        return expected < 0 || expected == log.writtenSequence();
    }

    private long write(Segment segment, int count, int storedAs, int frameBytes, long timestampNanos) {
        long sequence = log.writtenSequence();
        long stamp = Math.max(timestampNanos, lastTimestampNanos);
        try {
            frame.finish(sequence, LOCAL_TERM, stamp, FrameLayout.countField(count, storedAs), segment.head.frameTag());
            segment.writer().write(frame.bytes(), frameBytes, segment.end());
            lastTimestampNanos = stamp;
            bytesLeft -= frameBytes;
            segment.add(sequence, count, frameBytes, frame.crc(), stamp);
            log.publish(sequence + count);
            forcer.appended(sequence + count, frameBytes);
            return sequence;
        } catch (IOException | RuntimeException | Error e) { // a fault in mapped memory is thrown well after the write
            throw refuse(e, frameBytes);
        }
    }

    /** The segment that takes the next frame, with room for it. */
    private Segment segmentFor(int frameBytes) {
        Segment active = log.active();
        if (active.end() + frameBytes <= roomEnd && frameBytes <= bytesLeft) {
            return active;
        }
        try {
            return makeRoom(frameBytes);
        } catch (IOException | RuntimeException | Error e) {
            throw refuse(e, frameBytes);
        }
    }

    private Segment makeRoom(int frameBytes) throws IOException {
        long start = System.nanoTime();
        while (true) {
            if (frameBytes > bytesLeft) {
                sweeper.run();
                boolean mayBreak = log.config.retention().atHardLimit() == Retention.AtHardLimit.BREAK_HOLDS;
                if (!mayBreak || System.nanoTime() - start > LONGEST_WAIT_FOR_SWEEP_NANOS) {
                    throw LogFullException.atHardLimit(
                            log.name, frameBytes, log.config.retention().hardLimitBytes());
                }
                awaitOthers(() -> false);
                log.requireAppendable();
                continue;
            }
            Segment active = log.active();
            boolean fits = active.isEmpty() || active.end() + frameBytes <= log.config.segmentBytes();
            if (!active.isWritable()) {
                startWriting(active, fits);
            }
            if (fits) {
                long frameEnd = active.end() + frameBytes;
                roomEnd = Math.min(active.writer().makeRoom(frameEnd), Math.max(log.config.segmentBytes(), frameEnd));
                return active;
            }
            if (forcer.unsealed() < MAX_UNSEALED) {
                roll();
            } else {
                awaitOthers(() -> {
                    forcer.wake();
                    return forcer.unsealed() >= MAX_UNSEALED && log.isHealthy() && log.isOpen();
                });
                log.requireAppendable();
            }
        }
    }

    /** Lets the lock go for a nap, and for more as long as that is so. */
    private void awaitOthers(BooleanSupplier longer) {
        log.appending.unlock();
        boolean interrupted = false;
        do {
            interrupted |= Thread.interrupted(); // it would end each nap at once
            LockSupport.parkNanos(this, NAP_NANOS);
        } while (longer.getAsBoolean());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        log.appending.lock();
    }

    /** Opens the segment that was found at opening, and takes back that nothing follows its end. */
    private void startWriting(Segment active, boolean fits) throws IOException {
        active.index(log.readers);
        SegmentFile file = log.store.openForWriting(active.path);
        try {
            active.reopen(fits ? writer(file, active.end()) : new ChannelWriter(file), log.readers);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
        try {
            active.mark(SegmentTip.State.OPEN);
        } catch (IOException | RuntimeException | Error e) {
            forcer.fail(e); // a force may have failed
            throw e;
        }
    }

    /** Goes on in a new segment. If that fails, no trace of it is left. */
    private void roll() throws IOException {
        long base = log.writtenSequence();
        SegmentHead head = log.active().head.next(base);
        SegmentTip tip = SegmentTip.empty(base, lastTimestampNanos, SegmentTip.State.OPEN);
        Path path = log.directory.resolve(SegmentLayout.fileName(base));
        Segment next = Segment.unwritten(log.store, path, head, tip);
        SegmentFile file = log.store.create(path);
        try {
            file.write(SegmentLayout.encode(head, tip), 0);
            next.attach(writer(file, SegmentLayout.HEAD_BYTES));
        } catch (IOException | RuntimeException | Error e) {
            try {
                file.close();
                Uninterrupted.call(() -> {
                    log.store.delete(path);
                    log.store.forceDirectory(log.directory); // it must not come back, beside those that follow
                    return path;
                });
            } catch (IOException again) {
                e.addSuppressed(again);
                forcer.fail(e);
            }
            throw e;
        }
        log.add(next);
        roomEnd = 0;
        forcer.rolled();
        sweeper.run();
    }

    /** Goes on in a new segment although there is room in the last. Under the lock. */
    void retire() throws IOException {
        Segment active = log.active();
        if (!active.isWritable()) {
            startWriting(active, false);
        }
        roll();
    }

    /** Goes on behind a tip, in another segment. Under the lock. */
    void goOnFrom(SegmentTip tip) {
        lastTimestampNanos = tip.timestampNanos();
        roomEnd = 0;
        limit(log.config.retention().hardLimitBytes());
    }

    /** Sets how many bytes may still be appended. Under the lock, or before the first append. */
    void limit(long hardLimitBytes) {
        bytesLeft = hardLimitBytes == Retention.UNLIMITED ? Long.MAX_VALUE : hardLimitBytes - log.bytes();
    }

    private SegmentWriter writer(SegmentFile file, long end) throws IOException {
        return switch (log.config.writeMode()) {
            case CHANNEL -> new ChannelWriter(file);
            case MAPPED -> new MappedWriter(file, end, log.config.segmentBytes(), preparer);
        };
    }

    /** What to tell an appender whose frame was not written; where room is all that lacks, the log goes on. */
    private RuntimeException refuse(Throwable cause, int frameBytes) {
        if (cause instanceof RedexException told) {
            return told;
        }
        if (cause instanceof IOException && log.isHealthy() && lacksRoom(frameBytes)) {
            return LogFullException.of(log.name, log.directory, frameBytes, cause);
        }
        forcer.fail(cause);
        return LogFailedException.of(log.name, cause);
    }

    private boolean lacksRoom(int frameBytes) {
        try {
            return log.store.usableBytes(log.directory) < frameBytes + HEADROOM_BYTES;
        } catch (IOException e) {
            return false;
        }
    }
}
