package io.netbus.redex.cli;

import io.netbus.redex.LogFinding;
import io.netbus.redex.LogReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;

/** Writes records, one in a line. */
abstract class RecordCommand extends RedexCommand {

    @Option(names = "--log", paramLabel = "NAME", required = true, description = "The log.")
    private String log = "";

    @Option(names = "--json", description = "A JSON object in each line.")
    private boolean json;

    @ArgGroup
    private Encoding encoding = new Encoding();

    private boolean damaged;

    /** At most one of them. */
    static final class Encoding {

        @Option(names = "--text", description = "Payloads as text with escapes; the default.")
        private boolean text;

        @Option(names = "--hex", description = "Payloads in hexadecimal digits.")
        private boolean hex;

        @Option(names = "--base64", description = "Payloads in Base64; the default with --json.")
        private boolean base64;
    }

    RecordCommand(Terminal terminal) {
        super(terminal);
    }

    final String log() {
        return log;
    }

    /** Whether reading stepped over damage. */
    final boolean isDamaged() {
        return damaged;
    }

    /** Tells of a place that reading steps over. */
    final void found(Path directory, LogFinding finding) {
        damaged |= finding.kind() == LogFinding.Kind.DAMAGE;
        terminal.err().println(Text.finding(directory, finding));
    }

    /** Writes records until there is none, or so many were written; returns how many. */
    final long print(LogReader reader, long limit) {
        Payload form = form();
        long count = 0;
        while (count < limit && !terminal.out().checkError()) {
            int read = reader.read(
                    (sequence, stamp, payload) -> {
                        print(sequence, stamp, payload, form);
                        return true;
                    },
                    (int) Math.min(1_000, limit - count));
            if (read == 0) {
                break;
            }
            count += read;
        }
        return count;
    }

    private Payload form() {
        if (encoding.hex) {
            return Payload.HEX;
        }
        return encoding.base64 || (json && !encoding.text) ? Payload.BASE64 : Payload.TEXT;
    }

    private void print(long sequence, long stamp, ByteBuffer payload, Payload form) {
        String encoded = form.encode(payload);
        if (json) {
            try (JsonGenerator line = Json.to(terminal.out())) {
                line.writeStartObject();
                line.writeNumberProperty("sequence", sequence);
                line.writeStringProperty("timestamp", Text.timestamp(stamp));
                line.writeNumberProperty("bytes", payload.remaining());
                line.writeStringProperty(Text.word(form), encoded);
                line.writeEndObject();
            }
            terminal.out().print('\n');
        } else {
            terminal.out().print(sequence + " " + Text.timestamp(stamp) + " " + encoded + "\n");
        }
    }
}
