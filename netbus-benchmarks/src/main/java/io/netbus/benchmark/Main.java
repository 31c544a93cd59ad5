package io.netbus.benchmark;

import io.netbus.benchmark.report.Json;
import io.netbus.benchmark.report.Markdown;
import io.netbus.benchmark.report.Plot;
import io.netbus.benchmark.report.RunInfo;
import io.netbus.benchmark.run.Contestant;
import io.netbus.benchmark.run.Fork;
import io.netbus.benchmark.run.Result;
import io.netbus.benchmark.run.Row;
import io.netbus.benchmark.run.Runner;
import io.netbus.benchmark.run.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The command line of {@code benchmarks.jar}. Progress goes to standard error; exit code 1 says that a fork failed. */
public final class Main {

    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private Main() {}

    /** See {@link CommandLine#USAGE}. */
    public static void main(String[] args) throws Exception {
        int code = run(args);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** What {@link #main} does, short of ending the process; returns its exit code. */
    static int run(String[] args) throws Exception {
        try {
            String command = args.length == 0 ? "" : args[0];
            switch (command) {
                case "list" -> list();
                case "run" -> {
                    if (args.length < 2) {
                        throw new UsageException("row missing");
                    }
                    return measure(args);
                }
                case "fork" -> Fork.main(Rows.named(args[1]), Arrays.copyOfRange(args, 2, args.length));
                case "jmh" -> org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length));
                case "--help", "help" -> System.out.print(CommandLine.USAGE);
                default ->
                    throw new UsageException(
                            command.isEmpty() ? "command missing" : "no such command: command=" + command);
            }
            return 0;
        } catch (UsageException e) {
            System.err.println("error: " + e.getMessage());
            System.err.print(CommandLine.USAGE);
            return MISUSED;
        }
    }

    private static void list() {
        for (Row row : Rows.all()) {
            System.out.println(row.id() + "  " + row.question() + "; " + row.unit());
            for (Contestant contestant : row.contestants()) {
                System.out.println("    " + contestant.key());
            }
        }
    }

    private static int measure(String[] args) throws IOException, InterruptedException {
        List<Row> rows = Rows.matching(args[1]);
        CommandLine line = CommandLine.parse(args, 2);
        Runner runner = new Runner(line.options(), Main.class.getName());
        RunInfo info = RunInfo.begin(args, line.options());
        List<Result> results = runner.run(rows);
        info = info.end(runner.failures());
        write(line.json(), Json.of(info, results));
        Path markdown = line.markdown();
        if (markdown != null) {
            String name = String.valueOf(markdown.getFileName());
            String plot = name.substring(0, name.length() - ".md".length()) + ".svg";
            write(markdown.resolveSibling(plot), Plot.of(results));
            write(markdown, Markdown.of(info, results, plot));
        }
        System.out.print(Markdown.tables(results));
        runner.failures().forEach(failure -> System.err.println("FAILED " + failure));
        return runner.failures().isEmpty() ? 0 : FAILED;
    }

    private static void write(@Nullable Path file, String text) throws IOException {
        if (file != null) {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.writeString(file, text);
        }
    }
}
