package io.netbus.benchmark.report;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Result;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Target;
import java.util.List;
import java.util.Locale;

/** A run as a page to read. */
public final class Markdown {

    private static final double MIB = 1024 * 1024;
    private static final double PERCENT = 100;
    private static final double SMALL = 10;
    private static final double NOISY = 0.1;

    private Markdown() {}

    /**
     * The whole page.
     *
     * @param plot the plot's file name
     */
    public static String of(RunInfo info, List<Result> results, String plot) {
        StringBuilder page = new StringBuilder();
        List<Row> rows = results.stream().map(Result::row).distinct().toList();
        page.append("# ")
                .append(String.join(", ", rows.stream().map(Row::id).toList()))
                .append("\n\n");
        if (info.quick()) {
            page.append("**A smoke run: the figures mean nothing.**\n\n");
        }
        for (Row row : rows) {
            page.append(row.question()).append(".\n\n").append(row.method()).append("\n\n");
        }
        page.append("![Medians with the smallest and largest sample](")
                .append(plot)
                .append(")\n\n");
        page.append(tables(results));
        page.append("The median is that of all samples of all forks; the range goes from the smallest sample to the "
                + "largest. Ratios are to the fastest floor and to the fastest peer of the same run.\n\n");
        run(page, info);
        return page.toString();
    }

    /** The tables alone. */
    public static String tables(List<Result> results) {
        StringBuilder text = new StringBuilder();
        Comparison.of(results).forEach(comparison -> table(text, comparison));
        return text.toString();
    }

    private static void table(StringBuilder text, Comparison comparison) {
        Row row = comparison.first().row();
        boolean crosses = row.crossesThreads();
        text.append("## ").append(comparison.title()).append("\n\n");
        text.append("| contestant | ").append(row.unit()).append(" | range | x floor | x peer | B allocated | ");
        text.append(crosses ? "core to core | " : "").append("others' CPU | remarks |\n");
        text.append("| --- | ---: | ---: | ---: | ---: | ---: | ").append(crosses ? "---: | " : "");
        text.append("---: | --- |\n");
        for (Result result : comparison.results()) {
            Contestant contestant = result.contestant();
            String label = Comparison.label(contestant);
            text.append("| ").append(contestant.isNetbus() ? "**" + label + "**" : label);
            text.append(" | ").append(figure(result.median()));
            text.append(" | ").append(figure(result.min())).append(" – ").append(figure(result.max()));
            text.append(" | ").append(ratio(result.median() / comparison.floor()));
            text.append(" | ").append(ratio(result.median() / comparison.peer()));
            text.append(" | ").append(figure(result.allocated()));
            if (crosses) {
                text.append(" | ").append(figure(result.roundTrip())).append(" ns");
            }
            text.append(" | ").append(String.format(Locale.ROOT, "%.0f %%", PERCENT * result.otherCpu()));
            text.append(" | ").append(contestant.note()).append(" |\n");
        }
        text.append('\n');
        if (comparison.isFloorTooHigh()) {
            text.append("**Invalid: the floor is slower than a peer.**\n\n");
        }
        if (comparison.otherCpu() > NOISY) {
            text.append(String.format(
                    Locale.ROOT,
                    "**Noisy: others had %.0f %% of the processors, so differences here may be theirs.**%n%n",
                    PERCENT * comparison.otherCpu()));
        }
        for (Target target : row.targets()) {
            double ratio = comparison.ratio(target);
            if (!Double.isNaN(ratio)) {
                text.append("- Target ").append(target.text()).append(": ");
                text.append(ratio <= target.limit() ? "met" : "**missed**");
                text.append(String.format(Locale.ROOT, " (%.2f, limit %.2f)%n", ratio, target.limit()));
            }
        }
        text.append('\n');
    }

    private static void run(StringBuilder page, RunInfo info) {
        page.append("## The run\n\n");
        item(page, "Command", "`" + info.command() + "`");
        item(page, "Commit", info.commit());
        item(page, "When", info.started() + " to " + info.ended());
        item(
                page,
                "Machine",
                info.cpu() + ", " + info.cores() + " cores, "
                        + String.format(Locale.ROOT, "%.0f MiB", info.memoryBytes() / MIB) + ", " + info.system()
                        + ", file system " + info.fileSystem());
        item(page, "Forks", info.forks() + " per contestant, in random order, seed " + info.seed());
        item(
                page,
                "Quiet",
                "each fork waited up to " + info.quietSeconds()
                        + " s for other processes to leave the processors; *others' CPU* is the share they had anyway");
        item(page, "JVM flags", "none but what some peers do not start without, see the JSON; nothing is pinned");
        for (String failure : info.failures()) {
            item(page, "**Failed**", failure);
        }
    }

    private static void item(StringBuilder page, String name, String value) {
        page.append("- ").append(name).append(": ").append(value).append('\n');
    }

    static String figure(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        return String.format(Locale.ROOT, Math.abs(value) < SMALL ? "%.2f" : "%,.1f", value);
    }

    private static String ratio(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%,.2f", value);
    }
}
