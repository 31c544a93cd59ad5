package io.netbus.benchmark.run;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** One contestant's JVM, seen from inside: what it may use, and where it reports to. */
public final class Fork {

    static final String FIGURES = "figures";
    static final String SAMPLES = "samples.";
    static final String ROUND_TRIPS = "roundTripNanos";
    static final String ALLOCATED = "allocatedBytesPerOperation";
    static final String OTHERS = "otherCpuShare";

    private final boolean quick;
    private final Path directory;
    private final long logBytes;
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();
    private final List<Double> roundTrips = new ArrayList<>();
    private final List<Double> allocated = new ArrayList<>();
    private final boolean crossesThreads;

    private Fork(boolean quick, Path directory, long logBytes, boolean crossesThreads) {
        this.quick = quick;
        this.directory = directory;
        this.logBytes = logBytes;
        this.crossesThreads = crossesThreads;
    }

    /** Runs the contestant whose row is given; arguments after it as {@link Runner} passes them. */
    public static void main(Row row, String[] args) throws Exception {
        Contestant contestant = row.contestant(args[0]);
        Path report = Path.of(args[1]);
        Fork fork = new Fork(
                Boolean.parseBoolean(args[2]), Path.of(args[3]), Long.parseLong(args[4]), row.crossesThreads());
        long busy = Processors.busyNanos();
        long start = System.nanoTime();
        fork.measureRoundTrip();
        contestant.body().run(fork);
        fork.measureRoundTrip();
        long nanos = System.nanoTime() - start;
        double others = Processors.share(Processors.busyNanos() - busy - ownCpuNanos(), nanos);
        Properties figures = new Properties();
        figures.setProperty(FIGURES, String.join(",", fork.samples.keySet()));
        fork.samples.forEach((figure, values) -> figures.setProperty(SAMPLES + figure, join(values)));
        figures.setProperty(ROUND_TRIPS, join(fork.roundTrips));
        figures.setProperty(ALLOCATED, join(fork.allocated));
        figures.setProperty(OTHERS, join(busy < 0 ? List.of() : List.of(others)));
        try (var out = Files.newOutputStream(report)) {
            figures.store(out, null);
        }
    }

    /** Whether this is a smoke run. */
    public boolean isQuick() {
        return quick;
    }

    /** An empty directory on a real disk; deleted afterwards. */
    public Path directory() {
        return directory;
    }

    /** Payload bytes per sample of a log row. */
    public long logBytes() {
        return logBytes;
    }

    /** Reports a verified sample, and what was allocated meanwhile. */
    public void sample(long operations, long nanos, long allocatedBytes) {
        sample("", (double) nanos / operations);
        allocated.add((double) allocatedBytes / operations);
    }

    /**
     * Reports a verified sample.
     *
     * @param figure which of several a row has, such as a percentile; empty if it has one
     * @param value in the row's unit
     */
    public void sample(String figure, double value) {
        samples.computeIfAbsent(figure, ignored -> new ArrayList<>()).add(value);
    }

    /** Bytes allocated so far by all threads that live. */
    public static long allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        for (long allocatedByThread : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            bytes += Math.max(0, allocatedByThread);
        }
        return bytes;
    }

    /** Before the contestant's threads exist and after they have gone: a third busy thread would be measured too. */
    private void measureRoundTrip() {
        if (crossesThreads && !quick) {
            roundTrips.add(RoundTrip.measureNanos());
        }
    }

    private static long ownCpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static String join(List<Double> figures) {
        return figures.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
