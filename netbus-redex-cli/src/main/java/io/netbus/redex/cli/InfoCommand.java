package io.netbus.redex.cli;

import io.netbus.redex.LogFinding;
import io.netbus.redex.LogInfo;
import io.netbus.redex.LogInspector;
import io.netbus.redex.LogOwner;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;

/** Tells of each log what its heads and tips say. */
@Command(name = "info", description = "Tells what logs there are, and in what condition. Reads little of them.")
final class InfoCommand extends RedexCommand {

    @Option(names = "--json", description = "Tells it as JSON.")
    private boolean json;

    InfoCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        LogInspector inspector = inspector();
        LogOwner owner = inspector.owner();
        List<LogInfo> logs = new ArrayList<>();
        boolean damaged = false;
        for (String log : inspector.names()) {
            LogInfo info = inspector.info(log);
            logs.add(info);
            damaged |= info.condition() == LogInfo.Condition.DAMAGED;
        }
        if (json) {
            try (JsonGenerator out = Json.to(terminal.out())) {
                Json.begin(out, inspector.directory(), owner);
                out.writeArrayPropertyStart("logs");
                logs.forEach(info -> Json.info(out, inspector.directory(), info));
                out.writeEndArray();
                out.writeEndObject();
            }
            terminal.out().println();
        } else {
            print(inspector.directory(), owner, logs);
        }
        return damaged ? ExitCode.DAMAGED : ExitCode.WELL;
    }

    private void print(Path directory, LogOwner owner, List<LogInfo> logs) {
        PrintStream out = terminal.out();
        out.println("directory   " + Text.plain(directory.toString()));
        out.println("owner       " + Text.owner(owner));
        for (LogInfo info : logs) {
            long records = info.nextSequence() - info.firstSequence();
            out.println();
            out.println("log         " + info.log());
            out.println("condition   " + Text.condition(info.condition()));
            out.println("epoch       " + info.epoch() + ", since record " + info.epochStart());
            out.println("records     "
                    + (records == 0 ? "none" : Text.range(info.firstSequence(), info.nextSequence()))
                    + ", next " + info.nextSequence() + ", forced below " + info.forcedSequence());
            out.println("segments    " + info.segments() + ", " + info.recordBytes() + " bytes of " + info.fileBytes()
                    + " in files");
            if (Text.isStamped(info.firstTimestampNanos())) {
                out.println("first       " + Text.timestamp(info.firstTimestampNanos()));
                out.println("last        " + Text.timestamp(info.lastTimestampNanos()));
            }
            LogInfo.CheckpointInfo checkpoint = info.checkpoint();
            out.println("checkpoint  "
                    + (checkpoint == null
                            ? "none"
                            : "generation " + checkpoint.generation() + ", log start " + checkpoint.logStart()
                                    + ", epochs " + checkpoint.epochs()));
            out.println("quarantine  " + info.quarantineFiles() + " files, " + info.quarantineBytes() + " bytes");
            LogFinding problem = info.problem();
            if (problem != null) {
                out.println("problem     " + Text.finding(directory, problem));
            }
        }
    }
}
