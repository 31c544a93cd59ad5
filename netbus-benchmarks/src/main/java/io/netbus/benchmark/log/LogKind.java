package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.PeerFlags;
import io.netbus.redex.WriteMode;
import java.util.List;

/** Who takes part in the rows of this package. */
@SuppressWarnings("ImmutableEnumChecker") // the lists are never changed, the factories keep nothing
enum LogKind {
    NETBUS(
            Contestant.NETBUS,
            "",
            Lost.NOTHING,
            "room is made ahead by a thread of its own, inside the time",
            List.of(),
            setup -> NetbusLog.onDisk(setup, WriteMode.MAPPED)),
    NETBUS_CHANNEL(
            Contestant.NETBUS,
            "mode=channel",
            Lost.NOTHING,
            "a system call per append, no room is made ahead",
            List.of(),
            setup -> NetbusLog.onDisk(setup, WriteMode.CHANNEL)),
    FLOOR_MAPPED(
            "floor-mmap-prealloc",
            "prepared=ahead",
            Lost.NOTHING,
            "all files are prepared before the time",
            List.of(),
            setup -> new MappedLog(setup, true)),
    FLOOR_MAPPED_INSIDE(
            "floor-mmap-prealloc",
            "prepared=inside",
            Lost.NOTHING,
            "the appending thread prepares each file, inside the time",
            List.of(),
            setup -> new MappedLog(setup, false)),
    FLOOR_CHANNEL("floor-fc-64k", "", Lost.WITH_PROCESS, "the file grows", List.of(), ChannelLog::new),
    CHRONICLE("chronicle", "", Lost.NOTHING, "no checksum", PeerFlags.CHRONICLE, ChronicleLog::new),
    ROCKSDB("rocksdb", "", Lost.NOTHING, "", List.of(), RocksLog::new),
    LMDB("lmdb", "", Lost.NOTHING, "no checksum", PeerFlags.LMDB, LmdbLog::new),
    H2("h2", "", Lost.WITH_PROCESS, "", List.of(), H2Log::onDisk),
    SQLITE("sqlite", "", Lost.NOTHING, "", List.of(), SqliteLog::onDisk),

    NETBUS_MEMORY(Contestant.NETBUS, "", Lost.WITH_PROCESS, "", List.of(), NetbusLog::inMemory),
    FLOOR_ARRAY("floor-array-copy", "", Lost.WITH_PROCESS, "", List.of(), setup -> new ArrayLog()),
    H2_MEMORY("h2", "", Lost.WITH_PROCESS, "", List.of(), setup -> H2Log.inMemory()),
    SQLITE_MEMORY("sqlite", "", Lost.WITH_PROCESS, "", List.of(), setup -> SqliteLog.inMemory());

    private final String contestant;
    private final String parameters;
    private final Lost lost;
    private final String remark;
    private final List<String> flags;
    private final Factory factory;

    /** What the death of the process takes away of records that were appended and not forced. */
    enum Lost {
        NOTHING("survives the death of the process when append returns"),
        WITH_PROCESS("may die with the process: kept in it");

        private final String text;

        Lost(String text) {
            this.text = text;
        }
    }

    /** Opens a log. */
    @FunctionalInterface
    private interface Factory {
        TestedLog open(LogSetup setup) throws Exception;
    }

    LogKind(String contestant, String parameters, Lost lost, String remark, List<String> flags, Factory factory) {
        this.contestant = contestant;
        this.parameters = parameters;
        this.lost = lost;
        this.remark = remark;
        this.flags = flags;
        this.factory = factory;
    }

    TestedLog open(LogSetup setup) throws Exception {
        return factory.open(setup);
    }

    /** JVM flags it cannot run without. */
    List<String> flags() {
        return flags;
    }

    /** Whether an append costs it less than a microsecond. */
    boolean isFastAtSingles() {
        return this == CHRONICLE || contestant.equals(Contestant.NETBUS) || contestant.startsWith("floor-");
    }

    /** As one of a row whose records are left to the operating system; says what dies with the process. */
    Contestant appending(Contestant.Body body) {
        return contestant("", remark.isEmpty() ? lost.text : lost.text + "; " + remark, body);
    }

    /** As one of any row. */
    Contestant contestant(String moreParameters, String note, Contestant.Body body) {
        String separator = parameters.isEmpty() || moreParameters.isEmpty() ? "" : ",";
        return new Contestant(contestant, parameters + separator + moreParameters, note, flags, body);
    }
}
