package io.netbus.redex.cli;

import io.netbus.redex.LogFinding;
import io.netbus.redex.LogInfo;
import io.netbus.redex.LogOwner;
import io.netbus.redex.LogVerdict;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** What commands tell, as JSON; the shapes are in {@code docs/reference/redex-cli.md}. */
final class Json {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    private Json() {}

    /** A writer whose close leaves the stream open. */
    static JsonGenerator to(PrintStream out) {
        return FACTORY.createGenerator(ObjectWriteContext.empty(), out);
    }

    static void begin(JsonGenerator json, Path directory, LogOwner owner) {
        json.writeStartObject();
        json.writeStringProperty("directory", directory.toString());
        json.writeObjectPropertyStart("owner");
        json.writeBooleanProperty("alive", owner.alive());
        if (owner.pid().isPresent()) {
            json.writeNumberProperty("pid", owner.pid().getAsLong());
        } else {
            json.writeNullProperty("pid");
        }
        json.writeEndObject();
    }

    static void finding(JsonGenerator json, Path directory, LogFinding finding) {
        json.writeStartObject();
        json.writeStringProperty("kind", Text.word(finding.kind()));
        json.writeStringProperty("log", finding.log().isEmpty() ? null : finding.log());
        json.writeStringProperty("file", Text.file(directory, finding.file()));
        json.writeNumberProperty("offset", finding.offset());
        json.writeNumberProperty("bytes", finding.bytes());
        json.writeStringProperty("field", finding.field());
        json.writeStringProperty("expected", finding.expected());
        json.writeStringProperty("found", finding.found());
        if (finding.records() > 0) {
            json.writeNumberProperty("fromSequence", finding.fromSequence());
            json.writeNumberProperty("toSequence", finding.toSequence());
        } else {
            json.writeNullProperty("fromSequence");
            json.writeNullProperty("toSequence");
        }
        json.writeStringProperty("detail", finding.detail());
        json.writeEndObject();
    }

    static void info(JsonGenerator json, Path directory, LogInfo info) {
        json.writeStartObject();
        json.writeStringProperty("log", info.log());
        json.writeStringProperty("condition", Text.word(info.condition()));
        json.writeNumberProperty("epoch", info.epoch());
        json.writeNumberProperty("epochStart", info.epochStart());
        json.writeNumberProperty("firstSequence", info.firstSequence());
        json.writeNumberProperty("nextSequence", info.nextSequence());
        json.writeNumberProperty("forcedSequence", info.forcedSequence());
        json.writeNumberProperty("segments", info.segments());
        json.writeNumberProperty("recordBytes", info.recordBytes());
        json.writeNumberProperty("fileBytes", info.fileBytes());
        json.writeStringProperty("firstTimestamp", timestamp(info.firstTimestampNanos()));
        json.writeStringProperty("lastTimestamp", timestamp(info.lastTimestampNanos()));
        json.writeNumberProperty("quarantineFiles", info.quarantineFiles());
        json.writeNumberProperty("quarantineBytes", info.quarantineBytes());
        LogInfo.CheckpointInfo checkpoint = info.checkpoint();
        if (checkpoint == null) {
            json.writeNullProperty("checkpoint");
        } else {
            json.writeObjectPropertyStart("checkpoint");
            json.writeNumberProperty("generation", checkpoint.generation());
            json.writeNumberProperty("logStart", checkpoint.logStart());
            json.writeNumberProperty("epochs", checkpoint.epochs());
            json.writeEndObject();
        }
        LogFinding problem = info.problem();
        json.writeName("problem");
        if (problem == null) {
            json.writeNull();
        } else {
            finding(json, directory, problem);
        }
        json.writeEndObject();
    }

    static void verdict(JsonGenerator json, LogVerdict verdict) {
        json.writeStartObject();
        json.writeStringProperty("log", verdict.log());
        json.writeStringProperty("condition", Text.word(verdict.condition()));
        json.writeNumberProperty("epoch", verdict.epoch());
        json.writeNumberProperty("firstSequence", verdict.firstSequence());
        json.writeNumberProperty("nextSequence", verdict.nextSequence());
        json.writeNumberProperty("wholeRecords", verdict.wholeRecords());
        json.writeNumberProperty("lostRecords", verdict.lostRecords());
        json.writeNumberProperty("unforcedRecords", verdict.unforcedRecords());
        json.writeNumberProperty("segments", verdict.segments());
        json.writeNumberProperty("bytes", verdict.bytes());
        json.writeNumberProperty("damages", verdict.damages());
        json.writeNumberProperty("notes", verdict.notes());
        json.writeEndObject();
    }

    private static @Nullable String timestamp(long nanos) {
        return Text.isStamped(nanos) ? Text.timestamp(nanos) : null;
    }
}
