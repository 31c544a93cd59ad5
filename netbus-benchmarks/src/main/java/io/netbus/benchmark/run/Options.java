package io.netbus.benchmark.run;

import java.nio.file.Path;
import java.util.List;

/**
 * How much is measured, and where.
 *
 * @param forks fresh JVMs per contestant
 * @param quick sizes for a smoke run; its figures mean nothing
 * @param directory where logs are written
 * @param logBytes payload bytes per sample of a log row
 * @param only names of contestants to run; empty for all
 * @param seed of the order
 * @param quietSeconds how long to wait before each fork for others to leave the processors
 * @param javas the executables of the JVMs to run under
 */
public record Options(
        int forks,
        boolean quick,
        Path directory,
        long logBytes,
        List<String> only,
        long seed,
        int quietSeconds,
        List<Path> javas) {}
