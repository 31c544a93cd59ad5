package io.netbus.benchmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * What one fork measured.
 *
 * @param round from 1
 * @param samples by figure, one per measured iteration
 * @param roundTrips core to core, nanoseconds, taken before and after the samples; empty where the row does not cross threads
 * @param allocated bytes per operation and sample, all threads
 * @param otherCpu share of the processors that others used meanwhile; empty if unknown
 */
public record ForkResult(
        int round,
        Map<String, List<Double>> samples,
        List<Double> roundTrips,
        List<Double> allocated,
        List<Double> otherCpu) {

    static ForkResult read(int round, Path report) throws IOException {
        Properties figures = new Properties();
        try (var in = Files.newInputStream(report)) {
            figures.load(in);
        }
        Map<String, List<Double>> samples = new LinkedHashMap<>();
        for (String figure : figures.getProperty(Fork.FIGURES).split(",", -1)) {
            samples.put(figure, split(figures.getProperty(Fork.SAMPLES + figure)));
        }
        return new ForkResult(
                round,
                samples,
                split(figures.getProperty(Fork.ROUND_TRIPS)),
                split(figures.getProperty(Fork.ALLOCATED)),
                split(figures.getProperty(Fork.OTHERS)));
    }

    /** Those of one figure; empty if there are none. */
    public List<Double> samples(String figure) {
        return samples.getOrDefault(figure, List.of());
    }

    private static List<Double> split(String figures) {
        return figures.isEmpty()
                ? List.of()
                : Arrays.stream(figures.split(",")).map(Double::valueOf).toList();
    }
}
