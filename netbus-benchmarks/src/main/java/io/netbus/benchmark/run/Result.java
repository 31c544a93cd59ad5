package io.netbus.benchmark.run;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * All that one contestant measured under one JDK.
 *
 * @param figure which of several its row has; empty if it has one
 * @param jdk its version
 */
public record Result(Row row, Contestant contestant, String figure, String jdk, List<ForkResult> forks) {

    /** The samples of all forks, in the order they were taken. */
    public List<Double> samples() {
        return all(fork -> fork.samples(figure)).toList();
    }

    /** The median of all samples. */
    public double median() {
        return median(samples());
    }

    /** The smallest sample. */
    public double min() {
        return samples().stream().min(Comparator.naturalOrder()).orElse(Double.NaN);
    }

    /** The largest sample. */
    public double max() {
        return samples().stream().max(Comparator.naturalOrder()).orElse(Double.NaN);
    }

    /** Median core-to-core round trip in nanoseconds; not a number where none was taken. */
    public double roundTrip() {
        return median(all(ForkResult::roundTrips).toList());
    }

    /** Median bytes allocated per operation. */
    public double allocated() {
        return median(all(ForkResult::allocated).toList());
    }

    /** Median share of the processors that others used. */
    public double otherCpu() {
        return median(all(ForkResult::otherCpu).toList());
    }

    private Stream<Double> all(Function<ForkResult, List<Double>> figures) {
        return forks.stream().flatMap(fork -> figures.apply(fork).stream());
    }

    /** The median; not a number if there are none. */
    public static double median(List<Double> figures) {
        if (figures.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = figures.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
