package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Target;
import java.util.List;

/** One thread appends records that nobody forces: one by one, in batches, to disk and to memory. */
public final class LogAppend {

    private static final int APPENDS_PER_STEP = 1024;
    private static final int BATCH = 64;
    private static final int DISK_FACTOR = 5; // the most anybody makes of its payloads, with room

    private static final String AHEAD = "floor-mmap-prealloc[prepared=ahead]";
    private static final String INSIDE = "floor-mmap-prealloc[prepared=inside]";
    private static final List<LogKind> ON_DISK = List.of(
            LogKind.NETBUS,
            LogKind.NETBUS_CHANNEL,
            LogKind.FLOOR_MAPPED,
            LogKind.FLOOR_MAPPED_INSIDE,
            LogKind.FLOOR_CHANNEL,
            LogKind.CHRONICLE,
            LogKind.ROCKSDB,
            LogKind.LMDB,
            LogKind.H2,
            LogKind.SQLITE);

    private LogAppend() {}

    /** The rows. */
    public static List<Row> rows() {
        return List.of(single(64), single(256), single(4096), batches(), memory());
    }

    private static Row single(int payloadBytes) {
        return new Row(
                "log-append-" + payloadBytes,
                "One thread, record by record, " + payloadBytes + " bytes each, nothing forced by the caller",
                "1 GiB of payloads " + AppendRun.METHOD + " Preparation of files is inside the time for all but "
                        + "floor-mmap-prealloc[prepared=ahead]; netbus leaves it to a thread of its own, which competes for cores and disk, "
                        + "and does a part itself where that thread is late.",
                "ns/record",
                false,
                DISK_FACTOR,
                ON_DISK.stream()
                        .map(kind -> kind.appending(fork -> measure(kind, fork, payloadBytes, fork.logBytes())))
                        .toList(),
                List.of(
                        new Target("at most 3 x the mapped floor that is prepared ahead", List.of(AHEAD), 3.0),
                        new Target("at most 3 x the mapped floor that prepares inside the time", List.of(INSIDE), 3.0),
                        new Target("at least 3 x faster than Chronicle", List.of("chronicle"), 1.0 / 3)));
    }

    private static Row batches() {
        return new Row(
                "log-batch64-64",
                "One thread, batches of 64 records of 64 bytes each, nothing forced by the caller",
                "1 GiB of payloads " + AppendRun.METHOD + " A batch is one frame with one checksum for netbus and the "
                        + "mapped floors, a transaction for those that have them, and single appends for floor-fc-64k, "
                        + "chronicle and h2, which have no batches. Preparation of files is inside the time for all "
                        + "but floor-mmap-prealloc[prepared=ahead].",
                "ns/record",
                false,
                DISK_FACTOR,
                ON_DISK.stream()
                        .map(kind -> kind.appending(fork -> measureBatches(kind, fork)))
                        .toList(),
                List.of(
                        new Target("at most 2 x the mapped floor that is prepared ahead", List.of(AHEAD), 2.0),
                        new Target(
                                "at most 2 x the mapped floor that prepares inside the time", List.of(INSIDE), 2.0)));
    }

    private static Row memory() {
        List<LogKind> kinds =
                List.of(LogKind.NETBUS_MEMORY, LogKind.FLOOR_ARRAY, LogKind.H2_MEMORY, LogKind.SQLITE_MEMORY);
        return new Row(
                "log-memory-64",
                "One thread, record by record, 64 bytes each, to a log in memory",
                "A quarter GiB of payloads " + AppendRun.METHOD + " Making and collecting the memory is inside the "
                        + "time; the largest heap is the JVM's default.",
                "ns/record",
                false,
                0,
                kinds.stream()
                        .map(kind -> kind.appending(fork -> measure(kind, fork, Payloads.BYTES, fork.logBytes() / 4)))
                        .toList(),
                List.of(new Target("at most 2 x the array-copy floor", List.of("floor-array-copy"), 2.0)));
    }

    private static void measure(LogKind kind, Fork fork, int payloadBytes, long bytes) throws Exception {
        AppendRun.Load load = new OneThread(payloadBytes, APPENDS_PER_STEP, 0, (log, payloads, records) -> {
            for (int i = 0; i < records; i++) {
                log.append(payloads.next());
            }
        });
        new AppendRun(kind, load, LogSetup.plain(fork.directory(), payloadBytes, bytes)).measure(fork);
    }

    private static void measureBatches(LogKind kind, Fork fork) throws Exception {
        byte[][] batch = new byte[BATCH][];
        AppendRun.Load load = new OneThread(Payloads.BYTES, APPENDS_PER_STEP, 0, (log, payloads, records) -> {
            for (int i = 0; i < records; i += BATCH) {
                for (int j = 0; j < BATCH; j++) {
                    batch[j] = payloads.next();
                }
                log.append(batch);
            }
        });
        LogSetup setup = new LogSetup(fork.directory(), Payloads.BYTES, BATCH, fork.logBytes(), false);
        new AppendRun(kind, load, setup).measure(fork);
    }
}
