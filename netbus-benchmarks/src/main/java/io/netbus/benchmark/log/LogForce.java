package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Target;
import java.util.List;
import java.util.function.Supplier;

/** Records of 64 bytes that are forced to disk before their appender goes on: each, in groups, every hundred. */
public final class LogForce {

    private static final int THREADS = 8;
    private static final int GROUP = 100;
    private static final int RECORDS = 1024 * 1024;
    private static final int GROUPED_RECORDS = 16 * RECORDS;
    private static final int QUICK_RECORDS = 16;
    private static final int DISK_FACTOR = 5;

    private static final List<String> FLOORS = List.of("floor-mmap-prealloc", "floor-fc-64k");
    private static final Target NEAR_FLOOR = new Target("at most 1.2 x the fastest floor", FLOORS, 1.2);
    private static final String METHOD =
            " The number of flushes that the disk counts shows that there were forces. The "
                    + "mapped floor's file is written and forced before the time; netbus makes room inside it.";

    private LogForce() {}

    /** The rows. */
    public static List<Row> rows() {
        return List.of(each(), eight(), hundred());
    }

    private static Row each() {
        return row(
                "log-force-each",
                "One thread, every append of 64 bytes forced",
                "1 M records " + AppendRun.METHOD + METHOD,
                RECORDS,
                QUICK_RECORDS,
                () -> new OneThread(
                        Payloads.BYTES, 1, 1, (log, payloads, records) -> log.appendForced(payloads.next())),
                List.of(NEAR_FLOOR));
    }

    private static Row eight() {
        return row(
                "log-force-8",
                "Eight threads, each waits until its append of 64 bytes is forced",
                "1 M records " + AppendRun.METHOD + " The figure is the time over the records of all threads: where "
                        + "eight share a force, each takes an eighth of it. lmdb, h2 and sqlite take one appender at a "
                        + "time, and chronicle's threads force each for themselves." + METHOD,
                RECORDS,
                THREADS * QUICK_RECORDS,
                () -> new ManyThreads(THREADS, Payloads.BYTES),
                List.of(NEAR_FLOOR, new Target("at least 1.3 x faster than RocksDB", List.of("rocksdb"), 1 / 1.3)));
    }

    private static Row hundred() {
        return row(
                "log-force-100",
                "One thread, 64 bytes each, waits for a force after every 100",
                "16 M records " + AppendRun.METHOD + " For lmdb and sqlite 100 records are one transaction." + METHOD,
                GROUPED_RECORDS,
                2 * GROUP,
                () -> new OneThread(Payloads.BYTES, GROUP, GROUP, (log, payloads, records) -> {
                    for (int i = 0; i < records; i++) {
                        log.append(payloads.next());
                    }
                    log.force();
                }),
                List.of(NEAR_FLOOR));
    }

    private static Row row(
            String id,
            String question,
            String method,
            long records,
            long quickRecords,
            Supplier<AppendRun.Load> load,
            List<Target> targets) {
        List<Contestant> contestants = List.of(
                forced(LogKind.NETBUS, "", records, quickRecords, load),
                forced(LogKind.NETBUS_CHANNEL, "", records, quickRecords, load),
                forced(LogKind.FLOOR_MAPPED, "", records, quickRecords, load),
                forced(
                        LogKind.FLOOR_CHANNEL,
                        "; the file grows, so its size is forced too",
                        records,
                        quickRecords,
                        load),
                forced(
                        LogKind.CHRONICLE,
                        "; SyncMode.SYNC, of the records only: not of the file's size and name",
                        records,
                        quickRecords,
                        load),
                forced(LogKind.ROCKSDB, "; write-ahead log, sync writes", records, quickRecords, load),
                forced(LogKind.LMDB, "; default commit", records, quickRecords, load),
                forced(LogKind.H2, "; commit and sync", records, quickRecords, load),
                forced(LogKind.SQLITE, "; write-ahead log, synchronous=full", records, quickRecords, load));
        return new Row(id, question, method, "ns/record", false, DISK_FACTOR, contestants, targets);
    }

    private static Contestant forced(
            LogKind kind, String note, long records, long quickRecords, Supplier<AppendRun.Load> load) {
        return kind.contestant(
                "",
                "survives a power cut when its appender goes on" + note,
                fork -> measure(kind, fork, fork.isQuick() ? quickRecords : records, load.get()));
    }

    private static void measure(LogKind kind, Fork fork, long records, AppendRun.Load load) throws Exception {
        long bytes = Math.min(records * Payloads.BYTES, fork.logBytes());
        new AppendRun(kind, load, new LogSetup(fork.directory(), Payloads.BYTES, 1, bytes, true)).measure(fork);
    }
}
