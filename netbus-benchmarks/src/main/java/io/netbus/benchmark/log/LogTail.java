package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Tally;
import io.netbus.benchmark.run.Target;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long a record of 64 bytes takes from the call that appends it to a thread that waits for it and has read it. */
public final class LogTail {

    private static final long INTERVAL_NANOS = TimeUnit.MICROSECONDS.toNanos(10);
    private static final int RECORDS = 100_000;
    private static final int QUICK_RECORDS = 500;
    private static final int WARM_UPS = 2;
    private static final int SAMPLES = 5;
    private static final int POLLS_BETWEEN_YIELDS = 100;
    private static final int DISK_FACTOR = 1;

    private LogTail() {}

    /** The row. */
    public static List<Row> rows() {
        return List.of(new Row(
                "log-tail",
                "From the append of a record to the thread that polls for it and has read it",
                "100 K records of 64 bytes per sample, one every 10 us, 5 samples per fork after 2 unmeasured, into one "
                        + "log. The reader polls, lets others run after 100 polls in vain, and adds up every byte; count and checksum are verified "
                        + "for every sample. A sample is a percentile of its records' times, read of the clock included. "
                        + "A record that is late because either thread had lost its core counts.",
                "ns",
                true,
                DISK_FACTOR,
                List.of(
                        tailing(LogKind.NETBUS),
                        tailing(LogKind.NETBUS_CHANNEL),
                        tailing(LogKind.FLOOR_MAPPED),
                        tailing(LogKind.CHRONICLE)),
                List.of(new Target("ahead of Chronicle's tailer", List.of("chronicle"), 1.0))));
    }

    private static Contestant tailing(LogKind kind) {
        return kind.appending(fork -> measure(kind, fork));
    }

    private static void measure(LogKind kind, Fork fork) throws Exception {
        int records = fork.isQuick() ? QUICK_RECORDS : RECORDS;
        int samples = fork.isQuick() ? 1 : SAMPLES;
        Payloads payloads = new Payloads();
        Tally tally = new Tally();
        long[] sentNanos = new long[records];
        long check = 0;
        long bytes = (long) (WARM_UPS + samples) * records * Payloads.BYTES;
        try (TestedLog log = kind.open(LogSetup.plain(fork.directory(), Payloads.BYTES, bytes));
                Tailer tailer = new Tailer(log, tally, records)) {
            for (int i = -WARM_UPS; i < samples; i++) {
                tally.expect(records);
                send(log, payloads, sentNanos);
                tally.await();
                check = payloads.expect(check, payloads.count() - records, payloads.count());
                tally.verify(payloads.count(), check);
                if (i >= 0) {
                    report(fork, sentNanos, tailer.receivedNanos);
                }
            }
        }
    }

    private static void send(TestedLog log, Payloads payloads, long[] sentNanos) throws Exception {
        long next = System.nanoTime();
        for (int i = 0; i < sentNanos.length; i++) {
            long now = System.nanoTime();
            while (now < next) {
                Thread.onSpinWait();
                now = System.nanoTime();
            }
            sentNanos[i] = now;
            log.append(payloads.next());
            next = now + INTERVAL_NANOS; // what is late is not made up for by sending faster
        }
    }

    private static void report(Fork fork, long[] sentNanos, long[] receivedNanos) {
        long[] nanos = new long[sentNanos.length];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = receivedNanos[i] - sentNanos[i];
        }
        Arrays.sort(nanos);
        fork.sample("p50", (double) nanos[nanos.length / 2]);
        fork.sample("p99", (double) nanos[nanos.length - nanos.length / 100 - 1]);
    }

    /** The reading thread. */
    private static final class Tailer implements AutoCloseable {

        private final long[] receivedNanos; // written by the thread, read once the tally has all
        private final TestedLog log;
        private final Tally tally;
        private final Thread thread = new Thread(this::run, "tailer");
        private int received;
        private volatile boolean stopping;
        private volatile @Nullable Exception failure;

        @SuppressWarnings("this-escape") // the thread starts last
        Tailer(TestedLog log, Tally tally, int records) {
            this.log = log;
            this.tally = tally;
            this.receivedNanos = new long[records];
            thread.setDaemon(true);
            thread.start();
        }

        @SuppressWarnings("ThreadPriorityCheck") // on few cores, spinning alone would keep the appender from running
        private void run() {
            try (LogReader reader = log.reader()) {
                for (int polls = 1; !stopping; polls++) {
                    if (reader.poll(this::take) == 0 && polls % POLLS_BETWEEN_YIELDS == 0) {
                        Thread.yield();
                    }
                }
            } catch (Exception e) {
                failure = e;
            }
        }

        private void take(long sum) {
            receivedNanos[received] = System.nanoTime();
            received = received + 1 == receivedNanos.length ? 0 : received + 1;
            tally.add(sum);
        }

        @Override
        public void close() {
            stopping = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while closing", e);
            }
            if (failure != null) {
                throw new IllegalStateException("reader failed", failure);
            }
        }
    }
}
