package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Tally;
import io.netbus.redex.LogCursor;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** A RedEX log on disk with default settings: forced every second by its own thread while the row runs. */
final class NetbusLog implements LogWriter {

    private static final int READ_RECORDS = 10_000;

    private final Redex redex;
    private final RedexLog log;
    private long timestampNanos = 1; // the caller's; a clock would be measured too

    NetbusLog(Path directory) {
        redex = Redex.onDisk(directory, RedexConfig.defaults());
        log = redex.log("benchmark");
    }

    @Override
    public void append(byte[] payload) {
        log.append(ByteBuffer.wrap(payload), timestampNanos++);
    }

    @Override
    public void readAll(Tally tally) {
        try (LogCursor cursor = log.cursor(0)) {
            int read;
            do {
                read = cursor.read(
                        (sequence, stamp, payload) -> {
                            tally.add(sum(payload));
                            return true;
                        },
                        READ_RECORDS);
            } while (read > 0);
        }
    }

    static long sum(ByteBuffer payload) {
        ByteBuffer bytes = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long sum = 0;
        while (bytes.hasRemaining()) {
            sum += bytes.getLong();
        }
        return sum;
    }

    @Override
    public void close() {
        redex.close();
    }
}
