package io.netbus.redex.cli;

import io.netbus.redex.LogInspector;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all commands have in common: a directory, and that they may be asked for help. */
abstract class RedexCommand implements Callable<Integer> {

    final Terminal terminal;

    @Parameters(paramLabel = "DIR", description = "The directory of the logs.")
    private Path directory = Path.of("");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    private boolean help;

    RedexCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    final Path directory() {
        return directory;
    }

    final LogInspector inspector() {
        return LogInspector.of(directory);
    }
}
