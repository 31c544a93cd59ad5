package io.netbus.redex;

import java.nio.file.Path;

/**
 * A place in a log's files that is not as a log that was closed leaves it. Found by {@link LogInspector}.
 *
 * @param log the log's name; empty if the file is no log's
 * @param offset of the place in the file, in bytes
 * @param bytes how long the place is; 0 if it is a point, or if the file is missing
 * @param field what was looked at, in the words of {@code docs/format/redex.md}
 * @param fromSequence first of the records that are affected
 * @param toSequence behind the last of them; {@code fromSequence} if none is
 * @param detail more for whoever reads it; may be empty
 */
public record LogFinding(
        Kind kind,
        String log,
        Path file,
        long offset,
        long bytes,
        String field,
        String expected,
        String found,
        long fromSequence,
        long toSequence,
        String detail) {

    /** What explains a finding. */
    public enum Kind {

        /** Nothing that netbus does: bytes below the durable tip, or of a closed log, are not what was written. */
        DAMAGE,

        /** A crash: it lies behind the durable tip, and opening the log mends it. */
        CRASH,

        /** The process that has the directory open is writing just there. */
        LIVE,

        /** It is no file of netbus. */
        STRAY
    }

    /** How many records are affected. */
    public long records() {
        return toSequence - fromSequence;
    }
}
