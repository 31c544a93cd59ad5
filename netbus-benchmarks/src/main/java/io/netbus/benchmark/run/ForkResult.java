package io.netbus.benchmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/**
 * What one fork measured.
 *
 * @param round from 1
 * @param samples one per measured iteration
 * @param roundTrips core to core, nanoseconds, taken before and after the samples; empty where the row does not cross threads
 * @param allocated bytes per operation and sample, all threads
 * @param otherCpu share of the processors that others used meanwhile; empty if unknown
 */
public record ForkResult(
        int round, List<Double> samples, List<Double> roundTrips, List<Double> allocated, List<Double> otherCpu) {

    static ForkResult read(int round, Path report) throws IOException {
        Properties figures = new Properties();
        try (var in = Files.newInputStream(report)) {
            figures.load(in);
        }
        return new ForkResult(
                round,
                split(figures.getProperty(Fork.SAMPLES)),
                split(figures.getProperty(Fork.ROUND_TRIPS)),
                split(figures.getProperty(Fork.ALLOCATED)),
                split(figures.getProperty(Fork.OTHERS)));
    }

    private static List<Double> split(String figures) {
        return figures.isEmpty()
                ? List.of()
                : Arrays.stream(figures.split(",")).map(Double::valueOf).toList();
    }
}
