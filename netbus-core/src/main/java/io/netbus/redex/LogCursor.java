package io.netbus.redex;

import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Reads a log forward. <b>Threads:</b> one at a time, but any may {@link #close()}. A cursor must be closed.
 */
public interface LogCursor extends AutoCloseable {

    /** What a record costs in a budget of bytes, beside its payload. */
    int RECORD_COST_BYTES = 16;

    /** The sequence of the next record to read. */
    long position();

    /** Goes to another sequence, of which the same holds as for that given to {@link RedexLog#cursor}. */
    void seek(long sequence);

    /**
     * Hands over the records from {@link #position()} on that exist now, in order, until {@code maxRecords} were handed
     * over, the reader returned false, or the end is reached. Never waits. If the reader throws, that is passed on and
     * the position stays before its record.
     *
     * @return how many records were handed over; 0 at the end, or if the reader wanted to go no further at a hole
     * @throws HistoryLostException if retention took the next records; the position is now behind them
     * @throws CorruptLogException if the next record is damaged; the position stays before it. A log that is open with
     *     {@link RecoveryMode#TOLERANT} tells the reader instead, and goes on behind it
     * @throws LogClosedException if the log or this cursor is closed
     * @throws IllegalStateException if called by the reader; the same holds for {@link #seek}
     * @throws java.io.UncheckedIOException if the disk fails; the position stays before the next record
     */
    int read(RecordReader reader, int maxRecords);

    /**
     * As {@link #read(RecordReader, int)}, and ends with the record that uses up a budget of bytes: at least one is handed
     * over if there is any. Each counts with its payload and {@value #RECORD_COST_BYTES} bytes more, so that empty ones use
     * it up too.
     */
    default int read(RecordReader reader, int maxRecords, long maxBytes) {
        return read(
                new RecordReader() {
                    private long left = maxBytes;

                    @Override
                    public boolean accept(long sequence, long timestampNanos, ByteBuffer payload) {
                        left -= payload.remaining() + RECORD_COST_BYTES;
                        return reader.accept(sequence, timestampNanos, payload) && left > 0;
                    }

                    @Override
                    public boolean skip(LogHole hole) {
                        return reader.skip(hole);
                    }
                },
                maxRecords);
    }

    /**
     * Waits until there is a record at {@link #position()}, for {@link #read} to take. An append wakes each thread that
     * waits, on the appender's; for many readers at one log, {@link RedexLog#tail} is lighter.
     *
     * @param timeout how long; none or a negative one only looks
     * @return whether there is one
     * @throws LogClosedException if the log or this cursor is closed, also while this waits
     * @throws InterruptedException if the thread is interrupted, before or while this waits; the cursor stays as it is
     * @throws IllegalStateException if called by the reader
     */
    boolean await(Duration timeout) throws InterruptedException;

    /** Ends it, and wakes who waits, from any thread. Idempotent. */
    @Override
    void close();

    /** Takes records one by one. */
    @FunctionalInterface
    interface RecordReader {

        /**
         * Takes one record, which counts as read whatever is returned. May close the cursor but not use it otherwise.
         *
         * @param timestampNanos nanoseconds since 1970
         * @param payload read-only, from position to limit; valid only during the call
         * @return whether to go on
         */
        boolean accept(long sequence, long timestampNanos, ByteBuffer payload);

        /**
         * Told of records that cannot be read, in their place in the order. Only of a log that is open with
         * {@link RecoveryMode#TOLERANT}; if not overridden, goes on behind them, which are reported and counted anyway, see
         * {@link RedexLogStats#damagedRecords()}.
         *
         * @return whether to go on
         */
        default boolean skip(LogHole hole) {
            return true;
        }
    }
}
