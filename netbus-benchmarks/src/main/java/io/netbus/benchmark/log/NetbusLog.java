package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import io.netbus.redex.Acknowledgement;
import io.netbus.redex.LogCursor;
import io.netbus.redex.ReadResult;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import io.netbus.redex.WriteMode;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/** A RedEX log with default settings but the write mode; on disk it is forced every second by its own thread. */
final class NetbusLog implements TestedLog {

    private static final String NAME = "benchmark";
    private static final long RAISED_NANOS = 0; // to the stamp of the record before

    private final Redex redex;
    private final RedexLog log;
    private final RecordBatch batch;
    private long timestampNanos = 1; // the caller's; a clock would be measured too

    private NetbusLog(Redex redex, LogSetup setup) {
        this.redex = redex;
        log = redex.log(NAME);
        batch = new RecordBatch(setup.batch() * (Integer.BYTES + setup.payloadBytes()));
    }

    static NetbusLog onDisk(LogSetup setup, WriteMode mode) {
        return new NetbusLog(
                Redex.onDisk(setup.directory(), RedexConfig.defaults().withWriteMode(mode)), setup);
    }

    static NetbusLog inMemory(LogSetup setup) {
        return new NetbusLog(Redex.inMemory(RedexConfig.defaults()), setup);
    }

    @Override
    public void append(byte[] payload) {
        log.append(ByteBuffer.wrap(payload), timestampNanos++);
    }

    @Override
    public void append(byte[][] payloads) {
        batch.clear();
        for (byte[] payload : payloads) {
            batch.add(payload);
        }
        log.append(batch, timestampNanos++);
    }

    @Override
    public void appendForced(byte[] payload) {
        log.append(ByteBuffer.wrap(payload), RAISED_NANOS, Acknowledgement.FSYNCED);
    }

    @Override
    public void force() {
        log.sync();
        if (log.forcedSequence() < log.nextSequence()) {
            throw new IllegalStateException("not everything was forced: forcedSequence=" + log.forcedSequence()
                    + ", nextSequence=" + log.nextSequence());
        }
    }

    @Override
    public LogReader reader() {
        return new Reader(log.cursor(0));
    }

    @Override
    public long read(long sequence) {
        if (log.read(sequence) instanceof ReadResult.Present record) {
            return Payloads.sum(record.payload());
        }
        throw new IllegalStateException("record is not there: sequence=" + sequence);
    }

    @Override
    public void close() {
        redex.close();
    }

    /** Sees what is appended later. */
    private record Reader(LogCursor cursor) implements LogReader {

        @Override
        public int poll(LongConsumer sums) {
            return cursor.read(
                    (sequence, stamp, payload) -> {
                        sums.accept(Payloads.sum(payload));
                        return true;
                    },
                    MOST_RECORDS);
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}
