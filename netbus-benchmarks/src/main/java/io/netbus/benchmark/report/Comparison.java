package io.netbus.benchmark.report;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Result;
import io.netbus.benchmark.run.Target;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** The results of one row under one JDK, fastest first, and what they are measured against. */
record Comparison(List<Result> results) {

    /** One per row and JDK, in the order they were run. */
    static List<Comparison> of(List<Result> all) {
        return all.stream()
                .map(result -> List.of(result.row().id(), result.jdk()))
                .distinct()
                .map(group -> new Comparison(all.stream()
                        .filter(result ->
                                List.of(result.row().id(), result.jdk()).equals(group))
                        .sorted(Comparator.comparingDouble(Result::median))
                        .toList()))
                .toList();
    }

    Result first() {
        return results.get(0);
    }

    /** The smallest median of the floors; not a number if none ran. */
    double floor() {
        return best(result -> result.contestant().isFloor());
    }

    /** The smallest median of the peers; not a number if none ran. */
    double peer() {
        return best(result -> result.contestant().isPeer());
    }

    double netbus() {
        return best(result -> result.contestant().isNetbus());
    }

    /** The median of netbus over the smallest of those the target names. */
    double ratio(Target target) {
        return netbus()
                / best(result -> target.others().contains(result.contestant().name()));
    }

    /** Whether a floor is slower than a peer, which makes the row invalid. */
    boolean isFloorTooHigh() {
        return floor() > peer();
    }

    /** The median share of the processors that others had while these were measured; not a number if unknown. */
    double otherCpu() {
        return Result.median(results.stream().map(Result::otherCpu).toList());
    }

    private double best(Predicate<Result> whose) {
        return results.stream().filter(whose).mapToDouble(Result::median).min().orElse(Double.NaN);
    }

    /** How a contestant is called in tables and plots. */
    static String label(Contestant contestant) {
        return contestant.parameters().isEmpty()
                ? contestant.name()
                : contestant.name() + " " + contestant.parameters();
    }
}
