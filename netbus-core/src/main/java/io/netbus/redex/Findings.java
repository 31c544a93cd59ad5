package io.netbus.redex;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts what is found in a log's files, and hands it on. <b>Threads:</b> one at a time. */
final class Findings {

    private final String log;
    private final BooleanSupplier ownerAlive;
    private final Consumer<LogFinding> to;

    private long damages;
    private long notes;
    private @Nullable LogFinding firstDamage;

    Findings(String log, BooleanSupplier ownerAlive, Consumer<LogFinding> to) {
        this.log = log;
        this.ownerAlive = ownerAlive;
        this.to = to;
    }

    /** A place that nothing explains. */
    void damage(Path file, long offset, long bytes, Mismatch mismatch, String detail) {
        damage(file, offset, bytes, mismatch, 0, 0, detail);
    }

    /** A place that nothing explains, and the records it affects. */
    void damage(
            Path file, long offset, long bytes, Mismatch mismatch, long fromSequence, long toSequence, String detail) {
        LogFinding finding =
                finding(LogFinding.Kind.DAMAGE, file, offset, bytes, mismatch, fromSequence, toSequence, detail);
        damages++;
        firstDamage = firstDamage == null ? finding : firstDamage;
        to.accept(finding);
    }

    /** A place that a crash explains, or, if there is a living owner, what that is doing. */
    void explained(Path file, long offset, long bytes, Mismatch mismatch, String detail) {
        LogFinding.Kind kind = ownerAlive.getAsBoolean() ? LogFinding.Kind.LIVE : LogFinding.Kind.CRASH;
        notes++;
        to.accept(finding(kind, file, offset, bytes, mismatch, 0, 0, detail));
    }

    /** A file that is none of netbus's. */
    void stray(Path file) {
        notes++;
        Mismatch mismatch = new Mismatch("file", "one of netbus", "another");
        to.accept(finding(LogFinding.Kind.STRAY, file, 0, 0, mismatch, 0, 0, ""));
    }

    boolean isOwnerAlive() {
        return ownerAlive.getAsBoolean();
    }

    long damages() {
        return damages;
    }

    long notes() {
        return notes;
    }

    @Nullable
    LogFinding firstDamage() {
        return firstDamage;
    }

    private LogFinding finding(
            LogFinding.Kind kind,
            Path file,
            long offset,
            long bytes,
            Mismatch mismatch,
            long fromSequence,
            long toSequence,
            String detail) {
        return new LogFinding(
                kind,
                log,
                file,
                offset,
                bytes,
                mismatch.field(),
                mismatch.expected(),
                mismatch.found(),
                fromSequence,
                toSequence,
                detail);
    }
}
