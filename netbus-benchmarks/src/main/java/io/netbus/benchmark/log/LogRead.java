package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Tally;
import io.netbus.benchmark.run.Target;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** One thread reads 64-byte records of a log that was closed and opened again: all in order, and single ones. */
public final class LogRead {

    private static final int SAMPLES = 5;
    private static final int QUICK_SAMPLES = 1;
    private static final long FORK_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long SCAN_WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int RANDOM_RECORDS = 1 << 20;
    private static final int RANDOM_READS = 200_000;
    private static final int RANDOM_WARM_UP_READS = 50_000;
    private static final int QUICK_READS = 1000;
    private static final long SEED = 1;
    private static final int DISK_FACTOR = 5;

    private static final String MAPPED_FLOOR = "floor-mmap-prealloc";
    private static final String FIRST = "first read";

    private LogRead() {}

    /** The rows. */
    public static List<Row> rows() {
        return List.of(scan(), random());
    }

    private static Row scan() {
        return new Row(
                "log-scan",
                "One thread reads all records of 64 bytes in order",
                "1 GiB of payloads, appended, closed, and opened again; up to 5 passes per fork, none started after "
                        + "20 s, after passes of 2 s unmeasured, so the files are in the page cache. Every byte is read "
                        + "and added up; count and checksum are verified for every pass. netbus and the floors check a "
                        + "CRC32C per record.",
                "ns/record",
                false,
                DISK_FACTOR,
                contestants(LogRead::scan),
                List.of(new Target("at most 1.5 x the mapped floor", List.of(MAPPED_FLOOR), 1.5)));
    }

    private static Row random() {
        return new Row(
                "log-random",
                "One thread reads single records of 64 bytes by random sequence",
                "1 M records, appended, closed, and opened again, in the page cache; 200 K reads of sequences drawn "
                        + "evenly per sample, 5 samples per fork after 50 K reads unmeasured. Every byte is read and "
                        + "added up; the sum is verified for every sample. *First read*: the first after opening, which "
                        + "for some finds out where records are. netbus and the floors check the record's CRC32C; "
                        + "netbus hands out a copy.",
                "ns/record",
                false,
                DISK_FACTOR,
                contestants(LogRead::random),
                List.of(new Target("at most 2 x the mapped floor", "", Contestant.NETBUS, List.of(MAPPED_FLOOR), 2.0)));
    }

    /** Measures one of them. */
    @FunctionalInterface
    private interface Measurement {
        void run(LogKind kind, Fork fork) throws Exception;
    }

    private static List<Contestant> contestants(Measurement measurement) {
        return List.of(
                reading(LogKind.NETBUS, "full segments are mapped", measurement),
                reading(LogKind.NETBUS_CHANNEL, "full segments are mapped", measurement),
                reading(LogKind.FLOOR_MAPPED, "", measurement),
                reading(LogKind.FLOOR_CHANNEL, "", measurement),
                reading(LogKind.CHRONICLE, "no checksum", measurement),
                reading(LogKind.ROCKSDB, "", measurement),
                reading(LogKind.LMDB, "no checksum", measurement),
                reading(LogKind.H2, "", measurement),
                reading(LogKind.SQLITE, "no checksum", measurement));
    }

    private static Contestant reading(LogKind kind, String note, Measurement measurement) {
        return kind.contestant("", note, fork -> measurement.run(kind, fork));
    }

    private static void scan(LogKind kind, Fork fork) throws Exception {
        LogSetup setup = LogSetup.plain(fork.directory(), Payloads.BYTES, fork.logBytes());
        long count = fork.logBytes() / Payloads.BYTES;
        LogHistory.write(kind, setup, count);
        long check = new Payloads().expect(0, 0, count);
        try (TestedLog log = kind.open(setup)) {
            long start = System.nanoTime();
            do {
                scan(log, count, check);
            } while (!fork.isQuick() && System.nanoTime() - start < SCAN_WARM_UP_NANOS);
            start = System.nanoTime();
            int samples = fork.isQuick() ? QUICK_SAMPLES : SAMPLES;
            for (int i = 0; i < samples && System.nanoTime() - start < FORK_NANOS; i++) {
                long allocatedBytes = Fork.allocatedBytes();
                long nanos = scan(log, count, check);
                fork.sample(count, nanos, Fork.allocatedBytes() - allocatedBytes);
            }
        }
    }

    private static long scan(TestedLog log, long count, long check) throws Exception {
        Tally tally = new Tally();
        long start = System.nanoTime();
        log.readAll(tally);
        long nanos = System.nanoTime() - start;
        tally.verify(count, check);
        return nanos;
    }

    private static void random(LogKind kind, Fork fork) throws Exception {
        LogSetup setup = LogSetup.plain(
                fork.directory(), Payloads.BYTES, Math.min(fork.logBytes(), (long) RANDOM_RECORDS * Payloads.BYTES));
        int count = (int) (setup.totalBytes() / Payloads.BYTES);
        LogHistory.write(kind, setup, count);
        Payloads payloads = new Payloads();
        SplittableRandom random = new SplittableRandom(SEED);
        try (TestedLog log = kind.open(setup)) {
            fork.sample(FIRST, (double) read(log, payloads, random, count, 1));
            read(log, payloads, random, count, fork.isQuick() ? QUICK_READS : RANDOM_WARM_UP_READS);
            int samples = fork.isQuick() ? QUICK_SAMPLES : SAMPLES;
            int reads = fork.isQuick() ? QUICK_READS : RANDOM_READS;
            for (int i = 0; i < samples; i++) {
                long allocatedBytes = Fork.allocatedBytes();
                long nanos = read(log, payloads, random, count, reads);
                fork.sample(reads, nanos, Fork.allocatedBytes() - allocatedBytes);
            }
        }
    }

    /** Reads that many, whose numbers are drawn before; returns nanoseconds. */
    private static long read(TestedLog log, Payloads payloads, SplittableRandom random, int count, int reads)
            throws Exception {
        int[] sequences = random.ints(reads, 0, count).toArray();
        long expected = 0;
        for (int sequence : sequences) {
            expected += payloads.sumOf(sequence);
        }
        long sum = 0;
        long start = System.nanoTime();
        for (int sequence : sequences) {
            sum += log.read(sequence);
        }
        long nanos = System.nanoTime() - start;
        if (sum != expected) {
            throw new IllegalStateException("records are not what was appended: sum=" + sum + ", expected=" + expected);
        }
        return nanos;
    }
}
