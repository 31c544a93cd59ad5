package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Target;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How long a log with a history takes from opening to its first append, after it was closed and after it was killed. */
public final class LogOpen {

    private static final int SMALL = 1; // times the payload bytes of a sample
    private static final int LARGE = 10;
    private static final int PAYLOAD_BYTES = 256;
    private static final int SAMPLES = 5;
    private static final int KILLED_SAMPLES = 3;
    private static final int WARM_UPS = 3;
    private static final int WARM_UP_RECORDS = 1000;
    private static final long LARGEST_TAIL_BYTES = 256 * 1024 * 1024;
    private static final int DISK_FACTOR = 25;
    private static final double INDEPENDENT = 1.5; // what a ratio may be that would be 10 if it depended on size
    private static final double LONGEST_MILLIS = 1000;

    private LogOpen() {}

    /** The row. */
    public static List<Row> rows() {
        List<Contestant> contestants = new ArrayList<>();
        for (boolean killed : new boolean[] {false, true}) {
            for (LogKind kind : List.of(LogKind.NETBUS, LogKind.NETBUS_CHANNEL)) {
                contestants.add(opening(kind, killed, SMALL));
                contestants.add(opening(kind, killed, LARGE));
            }
            contestants.add(opening(LogKind.CHRONICLE, killed, SMALL));
            contestants.add(opening(LogKind.ROCKSDB, killed, SMALL));
            contestants.add(opening(LogKind.LMDB, killed, SMALL));
            contestants.add(opening(LogKind.SQLITE, killed, SMALL));
        }
        contestants.add(opening(LogKind.H2, false, SMALL)); // killed, it may lose what it had not written
        return List.of(new Row(
                "log-open",
                "From opening a log with a history to its first append, after a clean stop and after a kill",
                "A history of 1 GiB of payloads (size=x1) or 10 GiB (size=x10), 256 bytes each. After a clean stop 5 "
                        + "samples per fork. A kill: another process appends a quarter of a GiB to the log, the first "
                        + "time its whole history, and is gone without closing it, 3 samples per fork; what the "
                        + "operating system had taken is there. The files are in the page cache as writing left them; "
                        + "the code is warm from logs of 1,000 records. All records are read back and verified after "
                        + "the last sample.",
                "ms",
                false,
                DISK_FACTOR,
                contestants,
                List.of(independent("clean"), independent("kill"), belowOneSecond("clean"), belowOneSecond("kill"))));
    }

    private static Target independent(String stop) {
        return new Target(
                "of no dependence on size, stop=" + stop, "", key(stop, LARGE), List.of(key(stop, SMALL)), INDEPENDENT);
    }

    private static Target belowOneSecond(String stop) {
        return new Target("below 1 s, stop=" + stop, "", key(stop, LARGE), List.of(), LONGEST_MILLIS);
    }

    private static String key(String stop, int size) {
        return Contestant.NETBUS + "[" + parameters(stop, size) + "]";
    }

    private static String parameters(String stop, int size) {
        return "stop=" + stop + ",size=x" + size;
    }

    private static Contestant opening(LogKind kind, boolean killed, int size) {
        return kind.contestant(
                parameters(killed ? "kill" : "clean", size), "", fork -> measure(kind, fork, killed, size));
    }

    private static void measure(LogKind kind, Fork fork, boolean killed, int size) throws Exception {
        warmUp(kind, fork);
        long bytes = size * fork.logBytes();
        long tail = Math.min(fork.logBytes() / 4, LARGEST_TAIL_BYTES) / PAYLOAD_BYTES;
        int samples = fork.isQuick() ? 1 : killed ? KILLED_SAMPLES : SAMPLES;
        LogSetup setup =
                LogSetup.plain(Files.createDirectory(fork.directory().resolve("history")), PAYLOAD_BYTES, 2 * bytes);
        long count = bytes / PAYLOAD_BYTES;
        if (killed) {
            LogHistory.writeAndDie(kind, setup, 0, count);
        } else {
            LogHistory.write(kind, setup, count);
        }
        for (int i = 0; i < samples; i++) {
            if (killed && i > 0) {
                LogHistory.writeAndDie(kind, setup, count, tail);
                count += tail;
            }
            long nanos = open(kind, setup, count++, i == samples - 1);
            fork.sample("", (double) nanos / TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** Appends one record; returns how long that took from before the log was opened. */
    private static long open(LogKind kind, LogSetup setup, long count, boolean verified) throws Exception {
        byte[] payload = new Payloads(PAYLOAD_BYTES, count).next();
        long start = System.nanoTime();
        try (TestedLog log = kind.open(setup)) {
            log.append(payload);
            long nanos = System.nanoTime() - start;
            log.finish();
            if (verified) {
                LogHistory.verify(log, count + 1, PAYLOAD_BYTES);
            }
            return nanos;
        }
    }

    /** Loads and compiles the code that opens. */
    private static void warmUp(LogKind kind, Fork fork) throws Exception {
        for (int i = 0; i < WARM_UPS; i++) {
            LogSetup setup = LogSetup.plain(
                    Files.createDirectory(fork.directory().resolve("warm-up-" + i)),
                    PAYLOAD_BYTES,
                    WARM_UP_RECORDS * PAYLOAD_BYTES);
            LogHistory.write(kind, setup, WARM_UP_RECORDS);
            open(kind, setup, WARM_UP_RECORDS, true);
        }
    }
}
