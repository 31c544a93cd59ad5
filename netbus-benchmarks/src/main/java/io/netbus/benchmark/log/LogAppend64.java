package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.PeerFlags;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Tally;
import io.netbus.benchmark.run.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One thread appends 64-byte records one by one. */
public final class LogAppend64 {

    private static final long MIB = 1024 * 1024;
    private static final long WARM_UP_BYTES = 64 * MIB;
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long FORK_NANOS = TimeUnit.SECONDS.toNanos(8);
    private static final int SAMPLES = 3;
    private static final int APPENDS_BETWEEN_LOOKS_AT_THE_CLOCK = 1024;

    private static final String SURVIVES_KILL = "survives the death of the process when append returns";
    private static final String DIES_WITH_PROCESS = "may die with the process: buffered in it";

    private LogAppend64() {}

    /** Opens a log in an empty directory. */
    @FunctionalInterface
    private interface LogFactory {

        /** @param payloadBytes the most that will be appended */
        LogWriter open(Path directory, long payloadBytes) throws Exception;
    }

    /** The row. */
    public static Row row() {
        return new Row(
                "log-append-64",
                "One thread, record by record, 64 bytes each, nothing forced by the caller",
                "1 GiB of payloads or 10 s per sample, whichever comes first, into files that did not exist before; "
                        + "up to 3 samples per fork, none started after 8 s, after 64 MiB or 2 s unmeasured in "
                        + "another directory. From the first append to the last, with new files in between; "
                        + "everything is read back and verified, outside the time. Preparation of files is inside "
                        + "the time for all but floor-mmap-prealloc[prepared=ahead].",
                "ns/record",
                false,
                5, // the most any contestant makes of its payloads, with room
                List.of(
                        log(
                                "netbus",
                                "",
                                SURVIVES_KILL + "; forced every second",
                                (directory, bytes) -> new NetbusLog(directory)),
                        log(
                                "floor-mmap-prealloc",
                                "prepared=ahead",
                                SURVIVES_KILL,
                                (directory, bytes) -> new MappedLog(directory, bytes / Payloads.BYTES, true)),
                        log(
                                "floor-mmap-prealloc",
                                "prepared=inside",
                                SURVIVES_KILL,
                                (directory, bytes) -> new MappedLog(directory, bytes / Payloads.BYTES, false)),
                        log("floor-fc-64k", "", DIES_WITH_PROCESS, (directory, bytes) -> new ChannelLog(directory)),
                        log(
                                "chronicle",
                                "",
                                SURVIVES_KILL,
                                PeerFlags.CHRONICLE,
                                (directory, bytes) -> new ChronicleLog(directory)),
                        log("rocksdb", "", SURVIVES_KILL, (directory, bytes) -> new RocksLog(directory)),
                        log(
                                "lmdb",
                                "",
                                SURVIVES_KILL,
                                PeerFlags.LMDB,
                                (directory, bytes) -> new LmdbLog(directory, bytes)),
                        log("h2", "", DIES_WITH_PROCESS, (directory, bytes) -> new H2Log(directory)),
                        log("sqlite", "", SURVIVES_KILL, (directory, bytes) -> new SqliteLog(directory))),
                List.of(
                        new Target("at most 3 x the mapped floor", List.of("floor-mmap-prealloc"), 3.0),
                        new Target("at least 3 x faster than Chronicle", List.of("chronicle"), 1.0 / 3)));
    }

    private static Contestant log(String name, String parameters, String note, LogFactory factory) {
        return log(name, parameters, note, List.of(), factory);
    }

    private static Contestant log(String name, String parameters, String note, List<String> flags, LogFactory factory) {
        return new Contestant(name, parameters, note, flags, fork -> measure(factory, fork));
    }

    private static void measure(LogFactory factory, Fork fork) throws Exception {
        Payloads payloads = new Payloads();
        sample(factory, fork, payloads, Math.min(WARM_UP_BYTES, fork.logBytes()), WARM_UP_NANOS, false);
        long start = System.nanoTime();
        for (int i = 0; i < SAMPLES && System.nanoTime() - start < FORK_NANOS; i++) {
            sample(factory, fork, payloads, fork.logBytes(), SAMPLE_NANOS, true);
        }
    }

    private static void sample(
            LogFactory factory, Fork fork, Payloads payloads, long bytes, long longestNanos, boolean measured)
            throws Exception {
        Path directory = Files.createTempDirectory(fork.directory(), "log-");
        try (LogWriter log = factory.open(directory, bytes)) {
            long records = bytes / Payloads.BYTES;
            long first = payloads.count();
            long allocatedBytes = Fork.allocatedBytes();
            long start = System.nanoTime();
            while (payloads.count() - first < records && System.nanoTime() - start < longestNanos) {
                appendSome(log, payloads, records - payloads.count() + first);
            }
            log.finish();
            long nanos = System.nanoTime() - start;
            allocatedBytes = Fork.allocatedBytes() - allocatedBytes;
            long appended = payloads.count() - first;
            verify(log, payloads, first, appended);
            if (measured) {
                fork.sample(appended, nanos, allocatedBytes);
            }
        } finally {
            delete(directory);
        }
    }

    private static void appendSome(LogWriter log, Payloads payloads, long most) throws Exception {
        long count = Math.min(APPENDS_BETWEEN_LOOKS_AT_THE_CLOCK, most);
        for (long i = 0; i < count; i++) {
            log.append(payloads.next());
        }
    }

    private static void verify(LogWriter log, Payloads payloads, long first, long appended) throws Exception {
        Tally tally = new Tally();
        log.readAll(tally);
        tally.verify(appended, payloads.expect(0, first, first + appended));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
