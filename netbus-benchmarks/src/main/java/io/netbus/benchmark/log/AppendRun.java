package io.netbus.benchmark.log;

import io.netbus.benchmark.run.DiskFlushes;
import io.netbus.benchmark.run.Fork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures appends. Each sample opens a log in a fresh directory, appends until that many records or that much time has
 * gone by, and reads everything back, outside the time.
 *
 * @param kind who
 * @param load what
 * @param setup the directory is that of all samples; the bytes are those of one
 */
record AppendRun(LogKind kind, Load load, LogSetup setup) {

    private static final long MIB = 1024 * 1024;
    private static final long WARM_UP_BYTES = 64 * MIB;
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long FORK_NANOS = TimeUnit.SECONDS.toNanos(8);
    private static final int SAMPLES = 3;

    /** For the descriptions of rows. */
    static final String METHOD =
            "or 10 s per sample, whichever comes first, into files that did not exist before; up to "
                    + "3 samples per fork, none started after 8 s, after up to 64 MiB or 2 s unmeasured in another directory. "
                    + "From the first append to the last, with new files in between; everything is read back and verified, "
                    + "outside the time.";

    /** A way to append. */
    interface Load extends AutoCloseable {

        /**
         * Appends at most that many records for at most so long.
         *
         * @return how many
         */
        long append(TestedLog log, long records, long longestNanos) throws Exception;

        /** Reads back what the last call appended, and fails unless it is that. */
        void verify(TestedLog log, long appended) throws Exception;

        /** How many forces, one after the other, that many records must have taken at least. */
        default long forces(long appended) {
            return 0;
        }

        @Override
        default void close() {}
    }

    /** Warms up and measures. */
    void measure(Fork fork) throws Exception {
        try (load) {
            sample(fork, Math.min(WARM_UP_BYTES, setup.totalBytes()), WARM_UP_NANOS, false);
            long start = System.nanoTime();
            int samples = fork.isQuick() ? 1 : SAMPLES;
            for (int i = 0; i < samples && System.nanoTime() - start < FORK_NANOS; i++) {
                sample(fork, setup.totalBytes(), SAMPLE_NANOS, true);
            }
        }
    }

    private void sample(Fork fork, long bytes, long longestNanos, boolean measured) throws Exception {
        Path directory = Files.createTempDirectory(setup.directory(), "log-");
        try (TestedLog log = kind.open(setup.in(directory))) {
            DiskFlushes flushes = new DiskFlushes();
            long allocatedBytes = Fork.allocatedBytes();
            long start = System.nanoTime();
            long appended = load.append(log, bytes / setup.payloadBytes(), longestNanos);
            log.finish();
            long nanos = System.nanoTime() - start;
            allocatedBytes = Fork.allocatedBytes() - allocatedBytes;
            if (!fork.isQuick()) { // whose directory need not be on a disk
                flushes.require(load.forces(appended));
            }
            load.verify(log, appended);
            if (measured) {
                fork.sample(appended, nanos, allocatedBytes);
            }
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
