package io.netbus.redex.cli;

import io.netbus.redex.LogFinding;
import io.netbus.redex.LogInfo;
import io.netbus.redex.LogInspector;
import io.netbus.redex.LogOwner;
import io.netbus.redex.LogRepair;
import io.netbus.redex.LogVerdict;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;

/** Repairs all logs of a directory. */
@Command(
        name = "repair",
        description = "Does what opening does after a crash, and mends what can be mended. Not beside a living owner.")
final class RepairCommand extends RedexCommand {

    @Option(names = "--dry-run", description = "Tells what would be done, and changes nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Tells it as JSON.")
    private boolean json;

    RepairCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        LogInspector inspector = inspector();
        Path directory = inspector.directory();
        LogOwner owner = inspector.owner();
        if (!json) {
            Words words = new Words(directory);
            LogRepair.run(directory, dryRun, words);
            return words.damaged ? ExitCode.DAMAGED : ExitCode.WELL;
        }
        try (JsonGenerator out = Json.to(terminal.out())) {
            Objects objects = new Objects(directory, owner, out);
            LogRepair.run(directory, dryRun, objects);
            objects.start();
            out.writeEndArray();
            out.writeEndObject();
            out.flush();
            terminal.out().println();
            return objects.damaged ? ExitCode.DAMAGED : ExitCode.WELL;
        }
    }

    /** Remembers whether all is well. */
    private abstract static class Telling implements LogRepair.Listener {

        boolean damaged;

        @Override
        public void end(LogRepair.Outcome outcome) {
            damaged |= outcome.verdict().condition() == LogInfo.Condition.DAMAGED || outcome.refusal() != null;
        }
    }

    private final class Words extends Telling {

        private final Path directory;

        private Words(Path directory) {
            this.directory = directory;
        }

        @Override
        public void done(LogRepair.Action action) {
            terminal.out()
                    .println(Text.plain((dryRun ? "would: " : "done: ") + Text.file(directory, action.file()) + ": "
                            + action.what() + (action.detail().isEmpty() ? "" : " (" + action.detail() + ")")));
        }

        @Override
        public void left(LogFinding finding) {
            terminal.out().println("stays: " + Text.finding(directory, finding));
        }

        @Override
        public void end(LogRepair.Outcome outcome) {
            super.end(outcome);
            LogVerdict verdict = outcome.verdict();
            terminal.out()
                    .println(verdict.log() + (dryRun ? ": is " : ": now ") + Text.condition(verdict.condition()) + ": "
                            + verdict.wholeRecords() + " records whole, " + verdict.lostRecords() + " lost; "
                            + outcome.actions() + " changes" + (dryRun ? " to be made" : ""));
            String refusal = outcome.refusal();
            if (refusal != null) {
                terminal.out().println(Text.plain(verdict.log() + ": opening refuses it: " + refusal));
            }
        }
    }

    private final class Objects extends Telling {

        private final Path directory;
        private final LogOwner owner;
        private final JsonGenerator out;

        private boolean started;
        private boolean inLog;
        private boolean inLeft;

        private Objects(Path directory, LogOwner owner, JsonGenerator out) {
            this.directory = directory;
            this.owner = owner;
            this.out = out;
        }

        /** Not before it is known that nobody refuses. */
        private void start() {
            if (!started) {
                Json.begin(out, directory, owner);
                out.writeBooleanProperty("dryRun", dryRun);
                out.writeArrayPropertyStart("logs");
                started = true;
            }
        }

        private void startLog() {
            start();
            if (!inLog) {
                out.writeStartObject();
                out.writeArrayPropertyStart("actions");
                inLog = true;
                inLeft = false;
            }
        }

        private void startLeft() {
            startLog();
            if (!inLeft) {
                out.writeEndArray();
                out.writeArrayPropertyStart("left");
                inLeft = true;
            }
        }

        @Override
        public void done(LogRepair.Action action) {
            startLog();
            out.writeStartObject();
            out.writeStringProperty("file", Text.file(directory, action.file()));
            out.writeStringProperty("what", action.what());
            out.writeStringProperty("detail", action.detail());
            out.writeEndObject();
        }

        @Override
        public void left(LogFinding finding) {
            startLeft();
            Json.finding(out, directory, finding);
        }

        @Override
        public void end(LogRepair.Outcome outcome) {
            super.end(outcome);
            startLeft();
            out.writeEndArray();
            out.writeStringProperty("refusal", outcome.refusal());
            out.writeName("verdict");
            Json.verdict(out, outcome.verdict());
            out.writeEndObject();
            inLog = false;
        }
    }
}
