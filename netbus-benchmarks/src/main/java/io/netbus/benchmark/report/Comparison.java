package io.netbus.benchmark.report;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Result;
import io.netbus.benchmark.run.Target;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** The results of one figure of a row under one JDK, fastest first, and what they are measured against. */
record Comparison(List<Result> results) {

    /** One per row, figure and JDK, in the order they were run. */
    static List<Comparison> of(List<Result> all) {
        return all.stream()
                .map(Comparison::title)
                .distinct()
                .map(group -> new Comparison(all.stream()
                        .filter(result -> title(result).equals(group))
                        .sorted(Comparator.comparingDouble(Result::median))
                        .toList()))
                .toList();
    }

    /** The row, the figure, and the JDK. */
    String title() {
        return title(first());
    }

    private static String title(Result result) {
        String figure = result.figure().isEmpty() ? "" : ", " + result.figure();
        return result.row().id() + figure + ", JDK " + result.jdk();
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

    /** What the target limits; not a number if that was not measured. */
    double ratio(Target target) {
        if (!target.figure().isEmpty() && !target.figure().equals(first().figure())) {
            return Double.NaN;
        }
        double subject = best(result -> result.contestant().key().equals(target.subject()));
        return target.others().isEmpty() ? subject : subject / best(result -> target.isOther(result.contestant()));
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
