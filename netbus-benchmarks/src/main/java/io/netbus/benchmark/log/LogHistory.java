package io.netbus.benchmark.log;

import io.netbus.benchmark.run.JavaProcess;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.nio.file.Path;
import java.util.List;

/** Records that were written before anything is measured; the payload of each is the one of its sequence's number. */
final class LogHistory {

    private static final int KILLED = 9;
    private static final int BATCH = 64;

    private LogHistory() {}

    /** Appends that many more records, one by one for those that are fast at it, in batches for the others. */
    static void append(LogKind kind, TestedLog log, long first, long count, int payloadBytes) throws Exception {
        Payloads payloads = new Payloads(payloadBytes, first);
        long batched = kind.isFastAtSingles() ? 0 : count / BATCH;
        byte[][] batch = new byte[BATCH][];
        for (long i = 0; i < batched; i++) {
            for (int j = 0; j < BATCH; j++) {
                batch[j] = payloads.next();
            }
            log.append(batch);
        }
        for (long i = batched * BATCH; i < count; i++) {
            log.append(payloads.next());
        }
        log.finish();
    }

    /** Opens, appends, and closes. */
    static void write(LogKind kind, LogSetup setup, long count) throws Exception {
        try (TestedLog log = kind.open(setup)) {
            append(kind, log, 0, count, setup.payloadBytes());
        }
    }

    /** Reads all of it and fails unless it is that many records. */
    static void verify(TestedLog log, long count, int payloadBytes) throws Exception {
        Tally tally = new Tally();
        log.readAll(tally);
        tally.verify(count, new Payloads(payloadBytes, 0).expect(0, 0, count));
    }

    /** Lets another process append records and die right after the last, with the log open. */
    static void writeAndDie(LogKind kind, LogSetup setup, long first, long count) throws Exception {
        new JavaProcess(kind.flags(), LogHistory.class)
                .run(
                        List.of(
                                kind.name(),
                                setup.directory().toString(),
                                String.valueOf(setup.payloadBytes()),
                                String.valueOf(setup.totalBytes()),
                                String.valueOf(first),
                                String.valueOf(count)),
                        KILLED);
    }

    /** What {@link #writeAndDie} starts. */
    public static void main(String[] args) throws Exception {
        LogKind kind = LogKind.valueOf(args[0]);
        LogSetup setup = LogSetup.plain(Path.of(args[1]), Integer.parseInt(args[2]), Long.parseLong(args[3]));
        TestedLog log = kind.open(setup);
        append(kind, log, Long.parseLong(args[4]), Long.parseLong(args[5]), setup.payloadBytes());
        Runtime.getRuntime().halt(KILLED);
    }
}
