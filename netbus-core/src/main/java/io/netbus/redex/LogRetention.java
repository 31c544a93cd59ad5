package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets go of a log's oldest segments.
 * <p>
 * <b>Threads:</b> any sweeps, one at a time; holds may be taken and moved by any.
 */
final class LogRetention implements SweepWorker.Swept {

    /*
     * The checkpoint says first, forced, where the log starts now; then the files go. A crash in between, in whatever order
     * the file system remembers what was deleted, leaves files below the start, which opening deletes. Readers lose the
     * files before these are deleted, so that nothing deleted stays open.
     */
    private static final Logger LOG = System.getLogger(DiskLog.class.getName());

    private final LogState log;
    private final LogAppender appender;
    private final LogForcer forcer;
    private final CheckpointFile file;
    private final LogHolds holds;
    private final ReentrantLock sweeping = new ReentrantLock();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong archiveFailures = new AtomicLong();

    private volatile Checkpoint checkpoint; // written under the lock
    private volatile boolean closed; // written under the lock

    LogRetention(LogState log, LogAppender appender, LogForcer forcer, Checkpoint checkpoint) {
        this.log = log;
        this.appender = appender;
        this.forcer = forcer;
        this.checkpoint = checkpoint;
        this.holds = new LogHolds(log.name);
        this.file = new CheckpointFile(log.store, log.directory);
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    // --- holds

    LogHold hold(String owner, long sequence) {
        sweeping.lock(); // a sweep sees it, or is over
        try {
            return holds.take(owner, sequence, log.firstSequence());
        } finally {
            sweeping.unlock();
        }
    }

    LogHolds holds() {
        return holds;
    }

    // --- sweeping

    /** Sweeps; a failure is reported and tried again by the next sweep. Returns how many segments went. */
    @Override
    public int sweepQuietly() {
        try {
            return sweep();
        } catch (RuntimeException e) {
            if (log.isOpen() && failures.getAndIncrement() == 0) {
                LOG.log(Level.WARNING, "retention failed, tries again: log=" + log.name, e);
            }
            return 0;
        }
    }

    /**
     * Lets go of what need not be kept. By a thread that nobody interrupts.
     *
     * @return how many segments went
     * @throws UncheckedIOException if a file could not be deleted; it is by the next sweep, or when the log is opened
     */
    int sweep() {
        if (log.config.retention().equals(Retention.all())) {
            return 0;
        }
        sweeping.lock();
        try {
            if (closed) {
                return 0;
            }
            long nowNanos = nowNanos();
            retireActive(nowNanos);
            int count = archive(dropable(nowNanos));
            if (count > 0) {
                drop(count);
            }
            return count;
        } catch (IOException e) {
            throw new UncheckedIOException("records could not be let go: log=" + log.name, e);
        } finally {
            sweeping.unlock();
        }
    }

    /** Cuts off the records from a sequence on; see {@link LogForcer#truncate}. */
    void truncate(long sequence) throws IOException {
        sweeping.lock();
        try {
            forcer.truncate(sequence, appender, head -> {
                Checkpoint next = checkpoint.with(head).next();
                file.write(next);
                checkpoint = next;
            });
        } finally {
            sweeping.unlock();
        }
    }

    void close() {
        sweeping.lock();
        try {
            closed = true;
        } finally {
            sweeping.unlock();
        }
    }

    /** Goes on in a new segment if all of the last one is too old, so that the old one can go. */
    private void retireActive(long nowNanos) throws IOException {
        if (!log.config.retention().limitsAge() || !log.isHealthy()) {
            return;
        }
        log.appending.lock();
        try {
            Segment active = log.active();
            boolean old = !active.isEmpty()
                    && active.timestampNanos() < log.config.retention().oldestNanos(nowNanos);
            if (old && log.isOpen() && log.isHealthy()) {
                appender.retire();
            }
        } finally {
            log.appending.unlock();
        }
        forcer.force(); // seals it
    }

    /** How many of the first segments may go. */
    private int dropable(long nowNanos) {
        Retention limits = log.config.retention();
        Segment[] all = log.segments();
        long bytes = log.bytes();
        long next = log.writtenSequence();
        long held = holds.lowest();
        int count = 0;
        while (count < all.length - 1 && !all[count].isWritable()) {
            Segment segment = all[count];
            long end = all[count + 1].baseSequence();
            boolean mayGo = limits.mayGo(bytes - segment.end(), next - end, segment.timestampNanos(), nowNanos);
            if (!mayGo || (end > held && !limits.breaksHolds(bytes, log.config.segmentBytes()))) {
                break;
            }
            bytes -= segment.end();
            count++;
        }
        return count;
    }

    /** Stores the first segments in the archive, if there is one; returns how many of them may go. */
    private int archive(int count) {
        Segment[] all = log.segments();
        for (int i = 0; i < count; i++) {
            try {
                log.archived().store(log.store, all[i]);
            } catch (IOException | RuntimeException e) {
                if (archiveFailures.getAndIncrement() == 0) {
                    LOG.log(
                            Level.WARNING,
                            "segment could not be archived and stays, tries again: log=" + log.name + ", file="
                                    + all[i].path,
                            e);
                }
                return i;
            }
        }
        return count;
    }

    /** How often a segment could not be archived. */
    long archiveFailures() {
        return archiveFailures.get();
    }

    private void drop(int count) throws IOException {
        Segment[] all = log.segments();
        long start = all[count].baseSequence();
        Checkpoint next = checkpoint.withLogStart(start).next();
        file.write(next);
        checkpoint = next;
        for (int i = 0; i < count && log.hasArchive(); i++) {
            log.archived().add(all[i].baseSequence());
        }
        log.appending.lock();
        try {
            log.dropFirst(count);
            appender.limit(log.config.retention().hardLimitBytes());
        } finally {
            log.appending.unlock();
        }
        holds.breakBelow(log.firstSequence());
        for (int i = 0; i < count; i++) {
            all[i].drop(log.readers);
            try {
                log.store.delete(all[i].path);
            } catch (NoSuchFileException e) {
                // somebody else did, by hand: the others must go all the same
            }
            IndexFile.delete(log.store, all[i].path, all[i].baseSequence());
        }
    }

    private long nowNanos() {
        Instant now = log.clock.instant();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }
}
