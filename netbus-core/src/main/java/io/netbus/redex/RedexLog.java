package io.netbus.redex;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * A log of records numbered from 0 without gaps.
 * <p>
 * <b>Threads:</b> appends are serialized inside; readers take no lock an appender holds during a system call, and see
 * every record whose append has returned. An interrupt of any caller neither closes the log nor loses a record; the
 * interrupt status is kept.
 */
public interface RedexLog extends AutoCloseable {

    /** The name it was opened by. */
    String name();

    /**
     * Counts how often this log's history was rewritten: each open that found a torn end raises it by one, also if what
     * was torn had never been visible, which the file does not tell. Positions remembered under a lower epoch are valid
     * only up to {@link #epochStart()}.
     */
    int epoch();

    /** The first sequence written under {@link #epoch()}; 0 under epoch 0. */
    long epochStart();

    /**
     * Up to where positions remembered under an epoch still mean the same records: the start of the epoch after it;
     * {@link #nextSequence()} for the present one. A position above it is of records that are gone, whose sequences may
     * have been given to others.
     */
    long validUpTo(int epoch);

    /** What opening did to its files, in order, because of a crash or of damage; empty if there was nothing to do. */
    List<RecoveryAction> recovery();

    /**
     * Appends one record.
     *
     * @param payload from position to limit, copied, left as it was; may be empty
     * @param timestampNanos nanoseconds since 1970; raised to the previous record's stamp if below it
     * @return the record's sequence
     * @throws PayloadTooLargeException if above {@link LogConfig#maxPayloadBytes()}; nothing is written
     * @throws LogFullException if there is no room for it; nothing is written
     * @throws LogFailedException if the disk fails, now or earlier; whether the record survives is unknown, and the
     *         log only reads until it is opened again
     * @throws LogClosedException after close; nothing is written
     */
    long append(ByteBuffer payload, long timestampNanos);

    /**
     * Appends all records of the batch, or none, also across a crash. An empty batch writes nothing.
     *
     * @param batch copied; may be reused when this returns
     * @param timestampNanos the stamp of all its records, as in {@link #append(ByteBuffer, long)}
     * @return the sequence of its first record; the others follow without a gap
     * @throws PayloadTooLargeException if one record is above the limit; nothing is written
     * @throws IllegalArgumentException if a wrapped batch is not encoded as it says, or its encoded form comes near
     *         1 GiB; nothing is written
     * @throws LogFailedException as in {@link #append(ByteBuffer, long)}
     * @throws LogClosedException after close; nothing is written
     */
    long append(RecordBatch batch, long timestampNanos);

    /**
     * As {@link #append(ByteBuffer, long)}, which uses the log's own level.
     *
     * @param level what the record has survived when this returns. For {@link Acknowledgement#FSYNCED} this blocks until
     *     it is forced; as many appenders as wait share a force
     * @throws LogFailedException also if the force fails: whether the record survives is unknown, and it may have been read
     */
    long append(ByteBuffer payload, long timestampNanos, Acknowledgement level);

    /** As {@link #append(RecordBatch, long)} and {@link #append(ByteBuffer, long, Acknowledgement)}. */
    long append(RecordBatch batch, long timestampNanos, Acknowledgement level);

    /**
     * Appends as {@link #append(RecordBatch, long)} if the batch's first record gets the sequence its caller expects. Of
     * several callers that expect the same, one succeeds.
     *
     * @return that sequence; empty if the log has gone on, and nothing was written
     * @throws IllegalArgumentException if the sequence is negative
     */
    OptionalLong appendIfNext(long expectedNext, RecordBatch batch, long timestampNanos);

    /**
     * Returns when all that is appended by now is forced.
     *
     * @throws LogFailedException if the force fails; whether what was not forced survives is unknown
     * @throws LogClosedException if the log is closed
     */
    void sync();

    /** The lowest sequence that can be read; equals {@link #nextSequence()} if there is none. */
    long firstSequence();

    /** The sequence the next record will get; every record below it, down to the first, can be read. */
    long nextSequence();

    /** Every record below this sequence is forced to disk. */
    long forcedSequence();

    /**
     * Asks for a force and completes when all records below {@code nextSequence} are forced; at once if they are.
     * Completes exceptionally with {@link LogFailedException} if the force fails (whether they survive is unknown), or
     * with {@link LogClosedException} if the log closes first and cannot force them.
     * <p>
     * <b>Thread:</b> dependents run on the force thread; keep them short.
     *
     * @param nextSequence at most {@link #nextSequence()}
     * @throws IllegalArgumentException if above it
     */
    CompletionStage<Void> whenForced(long nextSequence);

    /**
     * Reads one record; its payload is a copy the caller owns.
     *
     * @throws LogClosedException after close
     * @throws java.io.UncheckedIOException if the disk fails; a retry may help
     */
    ReadResult read(long sequence);

    /**
     * A reader that starts at that sequence; at {@link #firstSequence()} if it lies below.
     *
     * @param fromSequence 0 or above; may lie beyond the end, the cursor then waits for it
     * @throws IllegalArgumentException if negative
     * @throws LogClosedException after close
     */
    LogCursor cursor(long fromSequence);

    /**
     * The first sequence whose record is stamped at that time or later; {@link #nextSequence()} if there is none.
     *
     * @throws LogClosedException after close
     * @throws java.io.UncheckedIOException if the disk fails
     */
    long sequenceAt(long timestampNanos);

    /**
     * The log's records from there on, those appended later too, for each subscriber from its own place and at its own
     * pace: a slow one reads from the log what it has left behind, and holds up nobody.
     * <ul>
     * <li>At subscription: where to start is decided, on the subscribing thread, which may read the log.
     * <li>Slow subscriber: gets every record all the same, as it asks for them.
     * <li>Cancellation: lets its reader go before it returns.
     * <li>End: completes when this log closes; who keeps up or asks for nothing more has then had all it asked for, and
     *     closing waits for that, up to a second. Else fails with {@link LogClosedException}. Fails with the
     *     exceptions of {@link LogCursor#read} behind the last record before the one that cannot be read, and with
     *     {@link IllegalArgumentException} when fewer than 1 is requested.
     * <li>Thread: {@code netbus-tail}, the same for all logs of a {@link Redex}, after {@code onSubscribe} on the
     *     subscriber's. A subscriber must not block it; one that throws is cancelled and logged.
     * </ul>
     *
     * @throws LogClosedException after close; a subscriber that comes later gets it as its error
     */
    Flow.Publisher<LogRecord> tail(TailStart from);

    /**
     * Keeps records from {@link Retention}, from that sequence on. A hold that its owner took before is replaced.
     *
     * @throws LogClosedException after close
     */
    LogHold hold(String owner, long sequence);

    /**
     * Lets go of what the log's {@link Retention} need not keep, as happens now and then anyway.
     *
     * @throws java.io.UncheckedIOException if the disk fails; nothing that can be read is lost by that
     */
    void sweep();

    /**
     * Calls {@code hint} after each append, on the appender's thread: it must return at once and must not throw. A hint
     * says that there may be something to read; readers must not rely on one per record. One that throws all the same
     * is reported once; the append is not affected.
     *
     * @return closes the registration, which the log's close also does
     * @throws LogClosedException after close
     */
    Registration onAppend(Runnable hint);

    /** Numbers of this moment. */
    RedexLogStats stats();

    /**
     * Forces what is unforced and closes; if the disk fails in that, whoever waits is told. Idempotent; cursors of this
     * log then throw {@link LogClosedException}. Waits, except when called by a dependent of {@link #whenForced} while
     * another thread closes.
     */
    @Override
    void close();

    /** Ends what it was handed out for; closing twice is harmless. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
