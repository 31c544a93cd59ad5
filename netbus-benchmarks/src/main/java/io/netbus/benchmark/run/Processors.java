package io.netbus.benchmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** How busy the machine's processors are; knows nothing where there is no {@code /proc/stat}. */
final class Processors {

    private static final Path STAT = Path.of("/proc/stat");
    private static final long NANOS_PER_TICK = TimeUnit.SECONDS.toNanos(1) / 100;
    private static final int[] BUSY_COLUMNS = {1, 2, 3, 6, 7, 8}; // user, nice, system, irq, softirq, steal
    private static final double QUIET = 0.06;

    private Processors() {}

    /** Time all processors were busy since the machine started; -1 if unknown. */
    static long busyNanos() {
        try {
            String[] columns = Files.readAllLines(STAT).get(0).split("\\s+", -1);
            long ticks = 0;
            for (int column : BUSY_COLUMNS) {
                ticks += Long.parseLong(columns[column]);
            }
            return ticks * NANOS_PER_TICK;
        } catch (IOException | RuntimeException e) {
            return -1;
        }
    }

    /** Waits until others use little of the processors, at most that long. */
    static void awaitQuiet(int seconds) throws InterruptedException {
        for (int i = 0; i < seconds; i++) {
            long before = busyNanos();
            long start = System.nanoTime();
            Thread.sleep(TimeUnit.SECONDS.toMillis(1));
            if (share(busyNanos() - before, System.nanoTime() - start) < QUIET) {
                return;
            }
        }
    }

    /** That much busy time in that much time, as a share of all processors. */
    static double share(long busyNanos, long nanos) {
        return (double) Math.max(0, busyNanos)
                / ((double) nanos * Runtime.getRuntime().availableProcessors());
    }
}
