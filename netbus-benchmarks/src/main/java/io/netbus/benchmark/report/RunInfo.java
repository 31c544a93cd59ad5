package io.netbus.benchmark.report;

import io.netbus.benchmark.run.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * All that one must know to repeat a run, and to compare its figures with others.
 *
 * @param command as it was given
 * @param commit of the code measured, {@code -dirty} if files had changed; {@code unknown} outside its repository and
 *     without the property {@code netbus.commit}
 * @param failures forks without samples, a line each
 */
public record RunInfo(
        Instant started,
        Instant ended,
        String command,
        String commit,
        String cpu,
        int cores,
        long memoryBytes,
        String system,
        String fileSystem,
        int forks,
        boolean quick,
        long seed,
        int quietSeconds,
        List<String> failures) {

    private static final String UNKNOWN = "unknown";
    private static final int KIB = 1024;

    /** What is known before the first fork. */
    public static RunInfo begin(String[] args, Options options) throws IOException {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return new RunInfo(
                now,
                now,
                "java -jar benchmarks.jar " + String.join(" ", args),
                measuredCommit(),
                field("/proc/cpuinfo", "model name"),
                Runtime.getRuntime().availableProcessors(),
                installedBytes(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                Files.getFileStore(options.directory()).type(),
                options.forks(),
                options.quick(),
                options.seed(),
                options.quietSeconds(),
                List.of());
    }

    /** The same with what is known only afterwards. */
    public RunInfo end(List<String> failed) {
        return new RunInfo(
                started,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                command,
                commit,
                cpu,
                cores,
                memoryBytes,
                system,
                fileSystem,
                forks,
                quick,
                seed,
                quietSeconds,
                List.copyOf(failed));
    }

    private static String measuredCommit() {
        String given = System.getProperty("netbus.commit");
        if (given != null) {
            return given;
        }
        String head = output("git", "rev-parse", "--short=12", "HEAD");
        if (head.isEmpty()) {
            return UNKNOWN;
        }
        return output("git", "status", "--porcelain", "--untracked-files=no").isEmpty() ? head : head + "-dirty";
    }

    /** What a program prints; empty if it fails or is not there. */
    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0 ? text.strip() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static long installedBytes() {
        String total = field("/proc/meminfo", "MemTotal"); // such as: 16384 kB
        return total.equals(UNKNOWN) ? -1 : Long.parseLong(total.substring(0, total.indexOf(' '))) * KIB;
    }

    /** The value of the first line {@code name : value}. */
    private static String field(String file, String name) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
