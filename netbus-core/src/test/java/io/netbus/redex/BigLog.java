package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that makes a log larger than its memory, or opens one and reads here and there; also that process's main class. */
final class BigLog {

    private static final int PAYLOAD_BYTES = 1_000;
    private static final int BATCH_RECORDS = 16;
    private static final long NANOS_BETWEEN_BATCHES = 1_000;
    private static final int BURST_BYTES = 1_000_000;
    private static final int READS_PER_TIME = 10;

    private final Path base;
    private final RedexConfig config;

    private BigLog(Path base, int segmentBytes) {
        this.base = base;
        this.config = config(segmentBytes);
    }

    static RedexConfig config(int segmentBytes) {
        return RedexConfig.defaults().withSegmentBytes(segmentBytes);
    }

    /** What an opening process tells. */
    record Opened(long openMicros, long nextSequence, long readMicros, long timeMicros, long heapKib) {

        static Opened of(String line) {
            String[] fields = line.split(" ", -1);
            return new Opened(
                    Long.parseLong(fields[0]),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    Long.parseLong(fields[4]));
        }

        private String line() {
            return openMicros + " " + nextSequence + " " + readMicros + " " + timeMicros + " " + heapKib;
        }

        @Override
        public String toString() {
            return "opened in " + openMicros + " us, records=" + nextSequence + ", read by sequence in " + readMicros
                    + " us, by time in " + timeMicros + " us, heap=" + heapKib + " KiB";
        }
    }

    /** Appends so many bytes, closes, and tells the next sequence. */
    static ChildProcess building(Path base, int segmentBytes, long bytes) throws IOException {
        return ChildProcess.start(ChildProcess.java("-Xmx256m"), BigLog.class, "build", base, segmentBytes, bytes);
    }

    /**
     * Appends until killed, telling the next sequence now and then.
     *
     * @param pauseNanos how long it rests after each {@link #BURST_BYTES}
     */
    static ChildProcess appending(Path base, int segmentBytes, long pauseNanos) throws IOException {
        return ChildProcess.start(
                ChildProcess.java("-Xmx256m"), BigLog.class, "append", base, segmentBytes, pauseNanos);
    }

    /** Opens, reads so many records by sequence and a tenth of that by time, and tells that. */
    static ChildProcess opening(Path base, int segmentBytes, long seed, int reads) throws IOException {
        return ChildProcess.start(ChildProcess.java("-Xmx128m"), BigLog.class, "open", base, segmentBytes, seed, reads);
    }

    public static void main(String[] args) {
        BigLog big = new BigLog(Path.of(args[1]), Integer.parseInt(args[2]));
        switch (args[0]) {
            case "build" -> big.build(Long.parseLong(args[3]));
            case "append" -> big.append(Long.parseLong(args[3]));
            default -> big.open(new Random(Long.parseLong(args[3])), Integer.parseInt(args[4]));
        }
    }

    private void build(long bytes) {
        try (Redex redex = Redex.onDisk(base, config)) {
            RedexLog log = redex.log(LogFiles.NAME);
            RecordBatch batch = new RecordBatch(BATCH_RECORDS * (PAYLOAD_BYTES + Integer.BYTES));
            while (log.nextSequence() * PAYLOAD_BYTES < bytes) {
                appendBatch(log, batch);
            }
            say(String.valueOf(log.nextSequence()));
        }
    }

    private void append(long pauseNanos) {
        RedexLog log = Redex.onDisk(base, config).log(LogFiles.NAME);
        RecordBatch batch = new RecordBatch(BATCH_RECORDS * (PAYLOAD_BYTES + Integer.BYTES));
        while (true) {
            for (int i = 0; i < BURST_BYTES; i += BATCH_RECORDS * PAYLOAD_BYTES) {
                appendBatch(log, batch);
            }
            say(String.valueOf(log.nextSequence()));
            LockSupport.parkNanos(pauseNanos);
        }
    }

    private static void appendBatch(RedexLog log, RecordBatch batch) {
        long sequence = log.nextSequence();
        batch.clear();
        for (int i = 0; i < BATCH_RECORDS; i++) {
            batch.add(payload(sequence + i));
        }
        log.append(batch, stamp(sequence));
    }

    private void open(Random random, int reads) {
        long start = System.nanoTime();
        try (Redex redex = Redex.onDisk(base, config)) {
            RedexLog log = redex.log(LogFiles.NAME);
            long opened = System.nanoTime();
            long next = log.nextSequence();
            for (int i = 0; i < reads; i++) {
                require(log, random.nextLong(next));
            }
            long read = System.nanoTime();
            for (int i = 0; i < reads / READS_PER_TIME; i++) {
                long batch = random.nextLong(next / BATCH_RECORDS) * BATCH_RECORDS;
                long sequence = log.sequenceAt(stamp(batch) - random.nextInt((int) NANOS_BETWEEN_BATCHES));
                if (sequence != batch) {
                    throw new AssertionError("sequence=" + sequence + ", expected=" + batch);
                }
                require(log, sequence);
            }
            long found = System.nanoTime();
            Runtime runtime = Runtime.getRuntime();
            say(new Opened(
                            TimeUnit.NANOSECONDS.toMicros(opened - start),
                            next,
                            TimeUnit.NANOSECONDS.toMicros(read - opened),
                            TimeUnit.NANOSECONDS.toMicros(found - read),
                            (runtime.totalMemory() - runtime.freeMemory()) / 1024)
                    .line());
        }
    }

    private static void require(RedexLog log, long sequence) {
        ReadResult result = log.read(sequence);
        if (!(result instanceof ReadResult.Present present)
                || present.timestampNanos() != stamp(sequence)
                || !payload(sequence).equals(ByteBuffer.wrap(present.payload()))) {
            throw new AssertionError("sequence=" + sequence + ", found=" + result);
        }
    }

    /** The stamp of a record, which it shares with those that were appended with it. */
    static long stamp(long sequence) {
        return 1_700_000_000_000_000_000L + sequence / BATCH_RECORDS * NANOS_BETWEEN_BATCHES;
    }

    static ByteBuffer payload(long sequence) {
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long bits = sequence;
        while (payload.hasRemaining()) {
            bits = 6364136223846793005L * bits + 1442695040888963407L;
            payload.putLong(bits);
        }
        return payload.flip();
    }

    private static void say(String line) {
        System.out.print(line + "\n");
        System.out.flush();
    }
}
