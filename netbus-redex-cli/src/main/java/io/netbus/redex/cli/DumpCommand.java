package io.netbus.redex.cli;

import io.netbus.redex.LogInspector;
import io.netbus.redex.LogReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a log's records from its start, or from one of them. */
@Command(name = "dump", description = "Writes records, one in a line: sequence, timestamp, payload.")
final class DumpCommand extends RecordCommand {

    @Option(names = "--from", paramLabel = "SEQ", description = "Starts with that record.")
    private long from;

    @Option(names = "--limit", paramLabel = "N", description = "Writes so many at most.")
    private long limit = Long.MAX_VALUE;

    DumpCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        LogInspector inspector = inspector();
        try (LogReader reader = inspector.reader(log(), from, finding -> found(inspector.directory(), finding))) {
            print(reader, limit);
        }
        return isDamaged() ? ExitCode.DAMAGED : ExitCode.WELL;
    }
}
