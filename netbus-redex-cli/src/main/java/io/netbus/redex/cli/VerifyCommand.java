package io.netbus.redex.cli;

import io.netbus.redex.LogFinding;
import io.netbus.redex.LogInfo;
import io.netbus.redex.LogInspector;
import io.netbus.redex.LogOwner;
import io.netbus.redex.LogVerdict;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;

/** Names every place that is not as it should be. */
@Command(
        name = "verify",
        description = "Reads every byte and names every damaged place, what a crash left, and what is being written.")
final class VerifyCommand extends RedexCommand {

    @Option(names = "--log", paramLabel = "NAME", description = "Verifies that log only.")
    private @Nullable String log;

    @Option(names = "--json", description = "Tells it as JSON.")
    private boolean json;

    @Option(names = "--progress", description = "Tells how far it is, on standard error, to a pipe too.")
    private boolean progress;

    VerifyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        LogInspector inspector = inspector();
        LogOwner owner = inspector.owner();
        List<LogVerdict> verdicts;
        if (json) {
            try (JsonGenerator out = Json.to(terminal.out())) {
                Json.begin(out, inspector.directory(), owner);
                out.writeArrayPropertyStart("findings");
                verdicts = verify(inspector, finding -> Json.finding(out, inspector.directory(), finding));
                out.writeEndArray();
                out.writeArrayPropertyStart("logs");
                verdicts.forEach(verdict -> Json.verdict(out, verdict));
                out.writeEndArray();
                out.writeEndObject();
            }
            terminal.out().println();
        } else {
            verdicts =
                    verify(inspector, finding -> terminal.out().println(Text.finding(inspector.directory(), finding)));
            verdicts.forEach(this::print);
        }
        boolean damaged = verdicts.stream().anyMatch(verdict -> verdict.condition() == LogInfo.Condition.DAMAGED);
        return damaged ? ExitCode.DAMAGED : ExitCode.WELL;
    }

    private List<LogVerdict> verify(LogInspector inspector, Consumer<LogFinding> findings) {
        Progress line = new Progress(terminal, progress);
        LogInspector.Listener listener = new LogInspector.Listener() {
            @Override
            public void found(LogFinding finding) {
                findings.accept(finding);
            }

            @Override
            public void read(long bytes, long ofBytes) {
                line.show(bytes, ofBytes);
            }
        };
        try {
            return log == null ? inspector.verify(listener) : List.of(inspector.verify(log, listener));
        } finally {
            line.end();
        }
    }

    private void print(LogVerdict verdict) {
        terminal.out()
                .println(verdict.log() + ": " + Text.condition(verdict.condition()) + ": " + verdict.wholeRecords()
                        + " records whole, " + verdict.lostRecords() + " lost, " + verdict.unforcedRecords()
                        + " behind the durable tip; " + verdict.segments() + " segments, " + verdict.bytes()
                        + " bytes read; " + verdict.damages() + " damages, " + verdict.notes() + " notes");
    }
}
