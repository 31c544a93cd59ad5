package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.JavaProcess;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Target;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What memory a process takes that reads all of a long history and goes on appending. */
public final class LogRss {

    private static final int SIZE = 10; // times the payload bytes of a sample
    private static final int PAYLOAD_BYTES = 256;
    private static final int APPENDED = 1000;
    private static final int DISK_FACTOR = 25;
    private static final String HEAP_FLAG = "-Xmx128m";
    private static final double HEAP_MIB = 128;
    private static final double MIB = 1024 * 1024;
    private static final double KIB_PER_MIB = 1024;
    private static final String FIGURES = "figures ";

    private LogRss() {}

    /** The row. */
    public static List<Row> rows() {
        return List.of(new Row(
                "log-rss",
                "Memory of a process that opens a log with a history of 10 GiB, reads all of it, and appends",
                "A history of 10 GiB of payloads, 256 bytes each, is written by one process; another, with " + HEAP_FLAG
                        + ", opens it, reads and verifies all records in order, and appends 1,000. *Heap*: what is in "
                        + "use after a collection. *Resident*: all pages of the process, those of mapped files included, "
                        + "which the system takes back when it needs them; *anonymous*: those that are not of files.",
                "MiB",
                false,
                DISK_FACTOR,
                Stream.of(
                                LogKind.NETBUS,
                                LogKind.NETBUS_CHANNEL,
                                LogKind.FLOOR_CHANNEL,
                                LogKind.CHRONICLE,
                                LogKind.ROCKSDB,
                                LogKind.LMDB)
                        .map(LogRss::reading)
                        .toList(),
                List.of(new Target("heap of at most 128 MiB", "heap", Contestant.NETBUS, List.of(), HEAP_MIB))));
    }

    private static Contestant reading(LogKind kind) {
        return kind.contestant("", "", fork -> measure(kind, fork));
    }

    private static void measure(LogKind kind, Fork fork) throws Exception {
        long bytes = SIZE * fork.logBytes();
        LogSetup setup = LogSetup.plain(fork.directory(), PAYLOAD_BYTES, 2 * bytes);
        long count = bytes / PAYLOAD_BYTES;
        LogHistory.write(kind, setup, count);
        List<String> flags = new ArrayList<>(kind.flags());
        flags.add(HEAP_FLAG);
        String printed = new JavaProcess(flags, LogRss.class)
                .run(
                        List.of(
                                kind.name(),
                                setup.directory().toString(),
                                String.valueOf(setup.totalBytes()),
                                String.valueOf(count)),
                        0);
        String[] figures = printed.lines()
                .filter(line -> line.startsWith(FIGURES))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no figures: " + printed))
                .substring(FIGURES.length())
                .split(" ", -1);
        fork.sample("heap", Double.parseDouble(figures[0]));
        fork.sample("resident", Double.parseDouble(figures[1]));
        fork.sample("anonymous", Double.parseDouble(figures[2]));
    }

    /** What is measured: in a process of its own, as the one that wrote has memory of that. */
    public static void main(String[] args) throws Exception {
        LogKind kind = LogKind.valueOf(args[0]);
        long count = Long.parseLong(args[3]);
        try (TestedLog log = kind.open(LogSetup.plain(Path.of(args[1]), PAYLOAD_BYTES, Long.parseLong(args[2])))) {
            LogHistory.verify(log, count, PAYLOAD_BYTES);
            LogHistory.append(kind, log, count, APPENDED, PAYLOAD_BYTES);
            System.gc();
            double heap =
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MIB;
            System.out.println(FIGURES + heap + " " + status("VmRSS:") + " " + status("RssAnon:"));
        }
    }

    /** A figure of this process in MiB; not a number where the system does not tell. */
    private static double status(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(name)) // such as: VmRSS:     16384 kB
                    .map(line -> line.substring(name.length()).replace("kB", "").strip())
                    .mapToDouble(kib -> Long.parseLong(kib) / KIB_PER_MIB)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
