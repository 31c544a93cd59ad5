package io.netbus.benchmark.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long a cache line takes from one thread to another and back: the machine's own share in whatever crosses threads.
 * On virtual machines it changes by the minute.
 */
final class RoundTrip {

    private static final int WARM_UP = 20_000;
    private static final int GROUPS = 50;
    private static final int GROUP = 500;
    private static final int PADDING = 16;

    private RoundTrip() {}

    /** Nanoseconds; the median of groups of round trips, as a thread that lost its core for a while shows in one. */
    static double measureNanos() {
        AtomicLong[] lines = new AtomicLong[2 * PADDING + 1]; // neighbours keep the two apart
        for (int i = 0; i < lines.length; i++) {
            lines[i] = new AtomicLong();
        }
        AtomicLong there = lines[0];
        AtomicLong back = lines[2 * PADDING];
        int total = WARM_UP + GROUPS * GROUP;
        Thread echo = new Thread(() -> echo(there, back, total), "round-trip-echo");
        echo.setDaemon(true);
        echo.start();
        roundTrips(there, back, 1, WARM_UP);
        List<Double> nanos = new ArrayList<>();
        for (int from = WARM_UP + 1; from <= total; from += GROUP) {
            long start = System.nanoTime();
            roundTrips(there, back, from, from + GROUP - 1);
            nanos.add((double) (System.nanoTime() - start) / GROUP);
        }
        return Result.median(nanos);
    }

    private static void roundTrips(AtomicLong there, AtomicLong back, int from, int to) {
        for (int i = from; i <= to; i++) {
            there.setRelease(i);
            await(back, i);
        }
    }

    private static void echo(AtomicLong there, AtomicLong back, int total) {
        for (int i = 1; i <= total; i++) {
            await(there, i);
            back.setRelease(i);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // both threads may be on one core
    private static void await(AtomicLong line, long value) {
        int spins = 0;
        while (line.getAcquire() != value) {
            if (++spins > 100_000) {
                Thread.yield();
            }
        }
    }
}
