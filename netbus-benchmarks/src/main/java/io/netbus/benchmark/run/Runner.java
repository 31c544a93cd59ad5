package io.netbus.benchmark.run;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs rows: round by round, every contestant once in a fresh JVM, in random order. */
public final class Runner {

    private static final long MIB = 1024 * 1024;
    private static final int LAST_LINES = 30;

    private final Options options;
    private final String mainClass;
    private final List<String> failures = new ArrayList<>();

    private record Entry(Row row, Contestant contestant, Path java, String jdk) {}

    /** @param mainClass whose {@code fork} command leads to {@link Fork#main} */
    public Runner(Options options, String mainClass) {
        this.options = options;
        this.mainClass = mainClass;
    }

    /** What went wrong, a line each; such forks have no samples. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Runs all rows together. */
    public List<Result> run(List<Row> rows) throws IOException, InterruptedException {
        Map<Entry, List<ForkResult>> results = new LinkedHashMap<>();
        for (Row row : rows) {
            for (Path java : options.javas()) {
                String jdk = version(java);
                for (Contestant contestant : row.contestants()) {
                    if (options.only().isEmpty() || options.only().contains(contestant.name())) {
                        results.put(new Entry(row, contestant, java, jdk), new ArrayList<>());
                    }
                }
            }
        }
        if (results.isEmpty()) {
            throw new UsageException("no contestant of that name: only=" + options.only());
        }
        checkDisk(rows);
        progress("seed " + options.seed() + ", " + results.size() + " contestants x " + options.forks() + " forks");
        Random random = new Random(options.seed());
        for (int round = 1; round <= options.forks(); round++) {
            List<Entry> order = new ArrayList<>(results.keySet());
            Collections.shuffle(order, random);
            for (Entry entry : order) {
                ForkResult result = fork(entry, round);
                if (result != null) {
                    results.computeIfAbsent(entry, ignored -> new ArrayList<>()).add(result);
                }
            }
        }
        List<Result> all = new ArrayList<>();
        results.forEach((entry, forks) -> forks.stream()
                .flatMap(fork -> fork.samples().keySet().stream())
                .distinct()
                .forEach(figure ->
                        all.add(new Result(entry.row(), entry.contestant(), figure, entry.jdk(), List.copyOf(forks)))));
        return all;
    }

    private @Nullable ForkResult fork(Entry entry, int round) throws IOException, InterruptedException {
        Processors.awaitQuiet(options.quietSeconds());
        Path directory = Files.createTempDirectory(options.directory(), "netbus-benchmark-");
        String label = entry.row().id() + " " + entry.contestant().key() + " jdk " + entry.jdk() + " round " + round
                + "/" + options.forks();
        try {
            Path report = directory.resolve("report");
            Path output = directory.resolve("output");
            Path work = Files.createDirectory(directory.resolve("work"));
            int exitCode = new JavaProcess(entry.java(), entry.contestant().flags(), mainClass)
                    .run(arguments(entry, report, work), output);
            if (exitCode != 0) {
                return failed(label, "exit code " + exitCode, output);
            }
            ForkResult result = ForkResult.read(round, report);
            String medians = result.samples().entrySet().stream()
                    .map(figure -> String.format("%s %.2f", figure.getKey(), Result.median(figure.getValue()))
                            .strip())
                    .collect(Collectors.joining(", "));
            progress(String.format(
                    "%s: %s %s, others %.0f %%",
                    label, medians, entry.row().unit(), 100 * Result.median(result.otherCpu())));
            return result;
        } catch (TimeoutException e) {
            return failed(label, String.valueOf(e.getMessage()), directory.resolve("output"));
        } finally {
            delete(directory);
        }
    }

    private @Nullable ForkResult failed(String label, String why, Path output) throws IOException {
        List<String> lines = Files.readAllLines(output);
        String cause = lines.stream()
                .filter(line -> line.startsWith("Exception") || line.startsWith("Caused by"))
                .reduce((first, last) -> last)
                .orElse("");
        failures.add(label + ": " + why + (cause.isEmpty() ? "" : ": " + cause));
        progress(label + " FAILED: " + why);
        lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).forEach(Runner::progress);
        return null;
    }

    private List<String> arguments(Entry entry, Path report, Path work) {
        return List.of(
                "fork",
                entry.row().id(),
                entry.contestant().key(),
                report.toString(),
                String.valueOf(options.quick()),
                work.toString(),
                String.valueOf(options.logBytes()));
    }

    private void checkDisk(List<Row> rows) throws IOException {
        int factor = rows.stream().mapToInt(Row::diskFactor).max().orElse(0);
        if (factor == 0) {
            return;
        }
        Path directory = options.directory();
        long needed = factor * options.logBytes() + 256 * MIB;
        long usable = Files.getFileStore(directory).getUsableSpace();
        if (usable < needed) {
            throw new UsageException("too little room on disk: dir=" + directory + ", usableMiB=" + usable / MIB
                    + ", neededMiB=" + needed / MIB + " (choose another with --dir, or fewer bytes with --log-mib)");
        }
        String type = Files.getFileStore(directory).type();
        if (!options.quick() && (type.equals("tmpfs") || type.equals("ramfs"))) {
            throw new UsageException("a log row needs a real disk: dir=" + directory + ", type=" + type
                    + " (choose another with --dir)");
        }
    }

    /** The version of the JDK behind that executable. */
    private static String version(Path java) throws IOException, InterruptedException {
        Path own = Path.of(System.getProperty("java.home"), "bin", "java");
        if (java.equals(own)) {
            return Runtime.version().toString();
        }
        Process process = new ProcessBuilder(java.toString(), "-XshowSettings:properties", "-version")
                .redirectErrorStream(true)
                .start();
        try (var lines = process.inputReader()) {
            return lines.lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("java.runtime.version = "))
                    .map(line -> line.substring(line.indexOf('=') + 2))
                    .findFirst()
                    .orElseThrow(() -> new UsageException("not a JDK: jvm=" + java + File.separator));
        } finally {
            process.waitFor();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void progress(String line) {
        System.err.println(line);
    }
}
