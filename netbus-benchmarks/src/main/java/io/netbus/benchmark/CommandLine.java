package io.netbus.benchmark;

import io.netbus.benchmark.run.Options;
import io.netbus.benchmark.run.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The arguments of {@code run}, read. */
final class CommandLine {

    static final String USAGE = """
            usage: java -jar benchmarks.jar list
                   java -jar benchmarks.jar run <row>|all [options]
                   java -jar benchmarks.jar jmh [JMH's own arguments]

              --forks N          fresh JVMs per contestant, default 5
              --json FILE        write all samples and what the machine is
              --markdown FILE    write a table, and a plot beside it in FILE with .svg for .md
              --jvm PATH         a JDK's home to run under, may be repeated; default the one that runs this
              --only NAME,NAME   these contestants only
              --seed N           of the order; default random, printed
              --wait-quiet N     before each fork wait up to N seconds for others to leave the processors, default 10
              --dir DIRECTORY    where logs are written, on a real disk; default the temporary directory
              --log-mib N        payload of a log sample in MiB, default 1024
              --quick            tiny sizes, to see that everything runs; figures mean nothing
            """;

    private static final long MIB = 1024 * 1024;
    private static final int DEFAULT_FORKS = 5;
    private static final int DEFAULT_LOG_MIB = 1024;
    private static final int QUICK_LOG_MIB = 1;
    private static final int DEFAULT_QUIET_SECONDS = 10;

    private int forks = DEFAULT_FORKS;
    private boolean quick;
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));
    private int logMib;
    private List<String> only = List.of();
    private long seed = new Random().nextInt(Integer.MAX_VALUE);
    private int quietSeconds = DEFAULT_QUIET_SECONDS;
    private final List<Path> javas = new ArrayList<>();
    private @Nullable Path json;
    private @Nullable Path markdown;

    /** @param from index of the first option */
    static CommandLine parse(String[] args, int from) {
        CommandLine line = new CommandLine();
        for (int i = from; i < args.length; i++) {
            if (args[i].equals("--quick")) {
                line.quick = true;
                line.quietSeconds = 0;
            } else if (i + 1 == args.length) {
                throw new UsageException(
                        args[i].startsWith("--") ? "value missing: option=" + args[i] : "not an option: " + args[i]);
            } else {
                line.set(args[i], args[++i]);
            }
        }
        return line;
    }

    private void set(String option, String value) {
        switch (option) {
            case "--forks" -> forks = number(option, value, 1, 1000);
            case "--json" -> json = Path.of(value);
            case "--markdown" -> markdown = markdown(value);
            case "--jvm" -> javas.add(java(value));
            case "--only" -> only = List.of(value.split(","));
            case "--seed" -> seed = number(option, value, 0, Integer.MAX_VALUE);
            case "--wait-quiet" -> quietSeconds = number(option, value, 0, 3600);
            case "--dir" -> directory = directory(value);
            case "--log-mib" -> logMib = number(option, value, 1, 1024 * 1024);
            default -> throw new UsageException("no such option: option=" + option);
        }
    }

    Options options() {
        int mib = logMib > 0 ? logMib : quick ? QUICK_LOG_MIB : DEFAULT_LOG_MIB;
        List<Path> jvms = javas.isEmpty() ? List.of(java(System.getProperty("java.home"))) : List.copyOf(javas);
        return new Options(forks, quick, directory, mib * MIB, only, seed, quietSeconds, jvms);
    }

    @Nullable
    Path json() {
        return json;
    }

    @Nullable
    Path markdown() {
        return markdown;
    }

    private static int number(String option, String value, int min, int max) {
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UsageException(
                "not a number in range: option=" + option + ", value=" + value + ", min=" + min + ", max=" + max);
    }

    private static Path markdown(String value) {
        if (!value.endsWith(".md")) {
            throw new UsageException("name must end in .md: option=--markdown, value=" + value);
        }
        return Path.of(value);
    }

    private static Path directory(String value) {
        if (!Files.isDirectory(Path.of(value))) {
            throw new UsageException("no such directory: option=--dir, value=" + value);
        }
        return Path.of(value);
    }

    private static Path java(String home) {
        Path java = Path.of(home, "bin", "java");
        if (!Files.isExecutable(java)) {
            throw new UsageException("no JDK there: option=--jvm, value=" + home);
        }
        return java;
    }
}
