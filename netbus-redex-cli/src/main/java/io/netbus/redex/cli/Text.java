package io.netbus.redex.cli;

import io.netbus.redex.LogFinding;
import io.netbus.redex.LogInfo;
import io.netbus.redex.LogOwner;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Words and numbers as every command tells them. */
final class Text {

    private static final DateTimeFormatter NANOS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Text() {}

    /** A stamp in nanoseconds since 1970. */
    static String timestamp(long nanos) {
        long second = TimeUnit.SECONDS.toNanos(1);
        return NANOS.format(Instant.ofEpochSecond(Math.floorDiv(nanos, second), Math.floorMod(nanos, second)));
    }

    /** An enum's constant, as in JSON. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether something has a stamp. */
    static boolean isStamped(long nanos) {
        return nanos != Long.MIN_VALUE;
    }

    /** A file's path from the directory of logs on. */
    static String file(Path directory, Path file) {
        return directory.relativize(file).toString();
    }

    /** Without what a terminal would take for a command. */
    static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> plain.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return plain.toString();
    }

    static String owner(LogOwner owner) {
        if (owner.pid().isEmpty()) {
            return owner.alive() ? "alive" : "none";
        }
        return "pid " + owner.pid().getAsLong() + (owner.alive() ? ", alive" : ", dead: it did not let go");
    }

    static String condition(LogInfo.Condition condition) {
        return word(condition).replace('-', ' ');
    }

    static String finding(Path directory, LogFinding finding) {
        StringBuilder line = new StringBuilder();
        line.append(word(finding.kind())).append(": ").append(file(directory, finding.file()));
        line.append(" offset=").append(finding.offset()).append(" bytes=").append(finding.bytes());
        line.append(": ").append(finding.field());
        line.append(": expected ").append(finding.expected()).append(", found ").append(finding.found());
        if (finding.records() > 0) {
            line.append("; records ").append(range(finding.fromSequence(), finding.toSequence()));
        }
        if (!finding.detail().isEmpty()) {
            line.append(" (").append(finding.detail()).append(')');
        }
        return plain(line.toString());
    }

    /** Records, by the first and the last of them. */
    static String range(long fromSequence, long toSequence) {
        return toSequence - fromSequence == 1 ? Long.toString(fromSequence) : fromSequence + " to " + (toSequence - 1);
    }
}
