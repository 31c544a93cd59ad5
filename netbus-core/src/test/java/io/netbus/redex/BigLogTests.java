package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How much of a large log is looked at to open it. With {@code netbus.torture} it has 10 GiB, as far as there is room, in
 * segments of the usual size, and opens in less than a second, as long as nothing else takes the processors; else some hundred mebibytes, and what is read is counted.
 */
class BigLogTests {

    private static final System.Logger LOG = System.getLogger(BigLogTests.class.getName());
    private static final boolean TORTURE = Boolean.getBoolean("netbus.torture");
    private static final long MIB = 1024 * 1024;
    private static final int SEGMENT_BYTES = (int) (TORTURE ? 128 * MIB : MIB);
    private static final long LARGE_BYTES = TORTURE ? 10 * 1024 * MIB : 256 * MIB;
    private static final long SMALL_BYTES = 16 * MIB;
    private static final int READS = TORTURE ? 10_000 : 1_000;
    private static final long OPEN_MICROS = TimeUnit.SECONDS.toMicros(1);

    /** After each megabyte, so that the disk keeps up: up to 50 MB are appended in a second. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** How much may wait for a force: segments that are full, the one that is written, and what is being written. */
    private static final int UNFORCED_SEGMENTS = 4;

    private final long seed = Long.getLong("netbus.seed", System.nanoTime());

    @TempDir
    private Path temp;

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES) // with netbus.torture
    void aLogLargerThanMemoryIsOpenedWithoutReadingItAndReadAnywhere() throws Exception {
        long bytes = Math.min(LARGE_BYTES, Files.getFileStore(temp).getUsableSpace() / 2);
        long records = build(temp, bytes);
        if (!TORTURE) {
            Path small = temp.resolve("small");
            build(small, SMALL_BYTES);
            assertThat(bytesReadToOpen(temp)).isEqualTo(bytesReadToOpen(small)); // beside a page of each segment
        }
        BigLog.Opened closed = open("closed");
        assertThat(closed.nextSequence()).isEqualTo(records);

        if (TORTURE) {
            long paced = kill(PAUSE_NANOS);
            BigLog.Opened killed = open("killed");
            assertThat(killed.nextSequence()).isGreaterThanOrEqualTo(paced);
            assertThat(closed.openMicros()).isLessThan(OPEN_MICROS);
            assertThat(killed.openMicros()).isLessThan(OPEN_MICROS);
        }
        long hurried = kill(0);
        if (!TORTURE) { // however fast it appends, what may be unforced has a bound, and is read twice at most
            assertThat(bytesReadToOpen(temp)).isLessThan(2L * UNFORCED_SEGMENTS * SEGMENT_BYTES);
        }
        assertThat(open("killed while the disk could not keep up").nextSequence())
                .isGreaterThanOrEqualTo(hurried);
    }

    private static long build(Path base, long bytes) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (ChildProcess child = BigLog.building(base, SEGMENT_BYTES, bytes)) {
            long records = Long.parseLong(Objects.requireNonNull(child.line()));
            assertThat(child.exit()).isZero();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            LOG.log(Level.INFO, () -> "built: records=" + records + ", bytes=" + bytes + ", ms=" + millis);
            return records;
        }
    }

    private BigLog.Opened open(String what) throws IOException, InterruptedException {
        try (ChildProcess child = BigLog.opening(temp, SEGMENT_BYTES, seed, READS)) {
            BigLog.Opened opened = BigLog.Opened.of(Objects.requireNonNull(child.line(), "seed=" + seed));
            assertThat(child.exit()).as("seed=%d", seed).isZero();
            LOG.log(Level.INFO, () -> what + ": " + opened);
            return opened;
        }
    }

    /** Kills a process in the second segment that it makes; returns what it had appended at least. */
    private long kill(long pauseNanos) throws IOException, InterruptedException {
        try (ChildProcess child = BigLog.appending(temp, SEGMENT_BYTES, pauseNanos)) {
            long first = Long.parseLong(Objects.requireNonNull(child.line()));
            long last = first;
            while ((last - first) * 1_000 < 3L * SEGMENT_BYTES / 2) {
                last = Long.parseLong(Objects.requireNonNull(child.line()));
            }
            child.kill();
            for (String line : child.lines()) {
                last = Long.parseLong(line);
            }
            return last;
        }
    }

    /** How much of its files is read to open the log, beside the first page of each segment. */
    private static long bytesReadToOpen(Path base) {
        FaultyStore store = new FaultyStore();
        try (Redex redex = DiskRedex.open(base, BigLog.config(SEGMENT_BYTES), store)) {
            long before = store.bytesRead.get();
            RedexLog log = redex.log(LogFiles.NAME);
            long pages = (long) log.stats().segments() * SegmentLayout.HEAD_BYTES;
            LOG.log(
                    Level.INFO,
                    () -> "read to open: bytes=" + (store.bytesRead.get() - before) + ", of segments=" + pages
                            + ", actions=" + log.recovery());
            return store.bytesRead.get() - before - pages;
        }
    }
}
