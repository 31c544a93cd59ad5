package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A log on disk that one thread appends to, in batches, and another reads; it gives way to a new one before it is large. */
final class StressLog {

    static final int BATCH = 3;

    private static final long MAX_RECORDS = 30_000;
    private static final RedexConfig CONFIG = RedexConfig.defaults()
            .withSegmentBytes(256 * 1024)
            .withForceInterval(Duration.ofHours(1))
            .withLockWait(Duration.ZERO);

    private final Path directory = temporary();
    private final Redex redex = Redex.onDisk(directory, CONFIG);
    private final RecordBatch batch = new RecordBatch(BATCH * 2 * Long.BYTES);
    private final ByteBuffer payload = ByteBuffer.allocate(Long.BYTES);

    private int number; // of the appender, as is all above
    private volatile Tail tail;

    StressLog() {
        tail = new Tail(redex.log("log-0"));
    }

    /** Appends a batch of records that hold their sequences. By one thread. */
    void append() {
        RedexLog log = tail.log;
        if (log.nextSequence() >= MAX_RECORDS) {
            log = next(log);
        }
        long sequence = log.nextSequence();
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            batch.add(payload.putLong(0, sequence + i));
        }
        log.append(batch, 1);
    }

    /** The reader's place. By one thread. */
    Tail tail() {
        return tail;
    }

    private RedexLog next(RedexLog full) {
        number++;
        RedexLog log = redex.log("log-" + number);
        tail = new Tail(log);
        full.close();
        delete(directory.resolve(LogName.directory(full.name())));
        return log;
    }

    /** Reads the end of one log. */
    static final class Tail {

        private final RedexLog log;
        private final LogCursor cursor;

        private Tail(RedexLog log) {
            this.log = log;
            cursor = log.cursor(0);
        }

        long end() {
            return log.nextSequence();
        }

        /** Whether the last records before an end, and those behind it that are there by now, are what they should be. */
        boolean isWholeBefore(long end) {
            long from = Math.max(0, end - BATCH);
            cursor.seek(from);
            long[] next = {from};
            cursor.read(
                    (sequence, stamp, record) -> {
                        boolean right = sequence == next[0]
                                && record.remaining() == Long.BYTES
                                && record.getLong(record.position()) == sequence;
                        next[0] = right ? sequence + 1 : Long.MIN_VALUE;
                        return right;
                    },
                    4 * BATCH);
            return next[0] >= end;
        }
    }

    /** In the working directory, which is the tool's own. */
    private static Path temporary() {
        try {
            Path directory = Files.createTempDirectory(Path.of("").toAbsolutePath(), "log");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
