package io.netbus.redex.cli;

import io.netbus.redex.LogInspector;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Parameters;

/** What all commands have in common. */
abstract class RedexCommand implements Callable<Integer> {

    final Terminal terminal;

    @Parameters(paramLabel = "DIR", description = "The directory of the logs.")
    private Path directory = Path.of("");

    RedexCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    final LogInspector inspector() {
        return LogInspector.of(directory);
    }
}
