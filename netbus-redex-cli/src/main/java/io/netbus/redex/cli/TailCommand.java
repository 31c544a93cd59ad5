package io.netbus.redex.cli;

import io.netbus.redex.LogInfo;
import io.netbus.redex.LogInspector;
import io.netbus.redex.LogReader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a log's last records, and those that come. */
@Command(name = "tail", description = "Writes the last records, one in a line: sequence, timestamp, payload.")
final class TailCommand extends RecordCommand {

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "Starts so many records before the end; 10 if nothing is said.")
    private long lines = 10;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what is appended, until it is ended.")
    private boolean follow;

    TailCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        LogInspector inspector = inspector();
        LogInfo info = inspector.info(log());
        long from = Math.max(info.firstSequence(), info.nextSequence() - Math.max(0, lines));
        try (LogReader reader = inspector.reader(log(), from, finding -> found(inspector.directory(), finding))) {
            print(reader, Long.MAX_VALUE);
            while (follow
                    && !terminal.out().checkError()
                    && !Thread.currentThread().isInterrupted()) {
                if (print(reader, Long.MAX_VALUE) == 0) {
                    LockSupport.parkNanos(this, POLL_NANOS); // files do not tell when they change
                }
            }
        }
        return isDamaged() ? ExitCode.DAMAGED : ExitCode.WELL;
    }
}
