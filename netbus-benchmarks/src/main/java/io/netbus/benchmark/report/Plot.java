package io.netbus.benchmark.report;

import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Result;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Medians as bars with whiskers from the smallest to the largest sample, on a logarithmic axis; an SVG. */
public final class Plot {

    private static final int LABEL_WIDTH = 250;
    private static final int BARS_WIDTH = 520;
    private static final int VALUE_WIDTH = 90;
    private static final int LINE_HEIGHT = 22;
    private static final int BAR_HEIGHT = 12;
    private static final int HEAD_HEIGHT = 44;
    private static final int WIDTH = LABEL_WIDTH + BARS_WIDTH + VALUE_WIDTH;
    private static final double LOWEST_SHARE = 0.5; // where the axis begins, of the smallest sample

    private static final String STYLE = """
            <style>
              text { font: 13px system-ui, sans-serif; fill: #1f2328; }
              .title { font-weight: 600; }
              .axis { font-size: 11px; fill: #59636e; }
              .grid { stroke: #d1d9e0; }
              .whisker { stroke: #1f2328; stroke-width: 1.5; }
              .netbus { fill: #0969da; }
              .floor { fill: #9198a1; }
              .peer { fill: #d4a72c; }
              @media (prefers-color-scheme: dark) {
                text { fill: #f0f6fc; }
                .axis { fill: #9198a1; }
                .grid { stroke: #3d444d; }
                .whisker { stroke: #f0f6fc; }
                .netbus { fill: #4493f8; }
                .floor { fill: #656c76; }
                .peer { fill: #bb8009; }
              }
            </style>
            """;

    private final StringBuilder svg = new StringBuilder();
    private int y;

    private Plot() {}

    /** A group of bars per row and JDK. */
    public static String of(List<Result> results) {
        Plot plot = new Plot();
        List<Comparison> comparisons = Comparison.of(results);
        comparisons.forEach(plot::group);
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">%n",
                        WIDTH,
                        plot.y + LINE_HEIGHT)
                + STYLE + plot.svg + "</svg>\n";
    }

    private void group(Comparison comparison) {
        Result first = comparison.first();
        double low =
                comparison.results().stream().mapToDouble(Result::min).min().orElse(1) * LOWEST_SHARE;
        double high =
                comparison.results().stream().mapToDouble(Result::max).max().orElse(1);
        text(
                "title",
                0,
                y + LINE_HEIGHT - 6,
                "start",
                comparison.title() + ", " + first.row().unit());
        int top = y + HEAD_HEIGHT;
        int bottom = top + comparison.results().size() * LINE_HEIGHT;
        for (double tick : ticks(low, high)) {
            double x = x(tick, low, high);
            svg.append(String.format(Locale.ROOT, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>%n", x, top - 4, bottom));
            text("axis", x, top - 8, "middle", String.format(Locale.ROOT, "%,.0f", tick));
        }
        y = top;
        comparison.results().forEach(result -> bar(result, low, high));
        y += LINE_HEIGHT;
    }

    private void bar(Result result, double low, double high) {
        Contestant contestant = result.contestant();
        String kind = contestant.isNetbus() ? "netbus" : contestant.isFloor() ? "floor" : "peer";
        int middle = y + LINE_HEIGHT / 2;
        text(
                contestant.isNetbus() ? "title" : "label",
                LABEL_WIDTH - 8,
                middle + 4,
                "end",
                Comparison.label(contestant));
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
                kind,
                LABEL_WIDTH,
                middle - BAR_HEIGHT / 2,
                x(result.median(), low, high) - LABEL_WIDTH,
                BAR_HEIGHT));
        double from = x(result.min(), low, high);
        double to = x(result.max(), low, high);
        svg.append(String.format(
                Locale.ROOT,
                "<path class=\"whisker\" d=\"M%.1f %dH%.1fM%.1f %dv8M%.1f %dv8\"/>%n",
                from,
                middle,
                to,
                from,
                middle - 4,
                to,
                middle - 4));
        text("label", WIDTH - 4, middle + 4, "end", Markdown.figure(result.median()));
        y += LINE_HEIGHT;
    }

    private static double[] ticks(double low, double high) {
        return IntStream.rangeClosed(0, 8)
                .mapToDouble(power -> Math.pow(10, power))
                .flatMap(ten -> DoubleStream.of(ten, 3 * ten))
                .filter(tick -> tick > low && tick <= high)
                .toArray();
    }

    private static double x(double value, double low, double high) {
        return LABEL_WIDTH + BARS_WIDTH * Math.log(value / low) / Math.log(high / low);
    }

    private void text(String style, double x, double baseline, String anchor, String content) {
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                style,
                x,
                baseline,
                anchor,
                content.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
