package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/**
 * A process whose threads append at once, each waiting until what it appended is forced, and saying so, until it is killed;
 * also that process's main class.
 */
final class ConcurrentAppends {

    static final int THREADS = 4;

    private static final int HEAD_BYTES = 3 * Integer.BYTES;
    private static final int MAX_FILL_BYTES = 1_500;

    private ConcurrentAppends() {}

    /** One record: the how manieth, from 0 on, of a thread of a run. */
    record Payload(int run, int thread, int number) {

        static Payload of(ByteBuffer payload) {
            ByteBuffer head = payload.duplicate();
            return new Payload(head.getInt(), head.getInt(), head.getInt());
        }

        byte[] payload() {
            Random random = new Random(31L * (31L * run + thread) + number);
            byte[] fill = new byte[random.nextInt(MAX_FILL_BYTES)];
            random.nextBytes(fill);
            return ByteBuffer.allocate(HEAD_BYTES + fill.length)
                    .putInt(run)
                    .putInt(thread)
                    .putInt(number)
                    .put(fill)
                    .array();
        }
    }

    /** What it says of an append that was acknowledged: its records, and the sequence of the first. */
    record Acknowledged(int thread, int number, int count, long sequence) {

        static Acknowledged of(String line) {
            String[] fields = line.split(" ", -1);
            return new Acknowledged(
                    Integer.parseInt(fields[0]),
                    Integer.parseInt(fields[1]),
                    Integer.parseInt(fields[2]),
                    Long.parseLong(fields[3]));
        }

        @Override
        public String toString() {
            return thread + " " + number + " " + count + " " + sequence;
        }
    }

    static ChildProcess start(Path base, WriteMode mode, int run) throws IOException {
        return ChildProcess.start(
                ChildProcess.java("-Xmx64m", "-XX:TieredStopAtLevel=1"), ConcurrentAppends.class, base, mode, run);
    }

    /** How many records the thread appends together whose next has that number. */
    static int countAt(int number) {
        return number % 7 == 0 ? 3 : 1;
    }

    public static void main(String[] args) {
        Redex redex = Redex.onDisk(Path.of(args[0]), LogFiles.CONFIG.withWriteMode(WriteMode.valueOf(args[1])));
        RedexLog log = redex.log(LogFiles.NAME);
        int run = Integer.parseInt(args[2]);
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            new Thread(() -> append(log, run, thread)).start();
        }
    }

    private static void append(RedexLog log, int run, int thread) {
        RecordBatch batch = new RecordBatch(10_000);
        int number = 0;
        while (true) {
            int count = countAt(number);
            batch.clear();
            for (int i = 0; i < count; i++) {
                batch.add(new Payload(run, thread, number + i).payload());
            }
            long sequence = count == 1
                    ? log.append(
                            ByteBuffer.wrap(new Payload(run, thread, number).payload()), 1, Acknowledgement.FSYNCED)
                    : log.append(batch, 1, Acknowledgement.FSYNCED);
            say(new Acknowledged(thread, number, count, sequence));
            number += count;
        }
    }

    private static synchronized void say(Acknowledged what) {
        System.out.print(what + "\n");
        System.out.flush();
    }
}
