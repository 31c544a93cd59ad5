package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Brings the files of logs into the best state that opening them accepts. Does what opening does, and more: opening stops
 * at the first damage.
 * <ul>
 * <li>What can be derived is written anew: heads from their neighbours, tips from the frames, checkpoints from each other.
 * <li>What cannot be decoded and is in the way goes to {@code quarantine/}; no record is deleted, and none is invented.
 * <li>Where records are lost within a log, they stay lost: their place keeps its sequences, and reading it fails as before,
 * but what is behind it can be read. A file that is missing has to be put back by somebody who has it.
 * </ul>
 * Doing it again changes nothing.
 * <p>
 * <b>Threads:</b> any, one at a time for a directory.
 */
public final class LogRepair {

    /** Takes what is done, log by log: first the actions, then what stays, then the outcome. */
    public interface Listener {

        /** Something was done, or would be done. */
        void done(Action action);

        /** A damaged place that stays. Of a dry run only those where records are lost. */
        void left(LogFinding finding);

        /** The log is done with. */
        void end(Outcome outcome);
    }

    /**
     * One change.
     *
     * @param file what is changed, or made
     * @param what in a few words
     * @param detail more, as {@code name=value}; may be empty
     */
    public record Action(String log, Path file, String what, String detail) {}

    /**
     * What became of a log.
     *
     * @param actions how many changes there were
     * @param verdict of the log as it is now: after repairing, or, of a dry run, before
     * @param refusal why opening refuses the log still; null if it does not
     */
    public record Outcome(
            LogVerdict verdict, long actions, @Nullable String refusal) {}

    private LogRepair() {}

    /**
     * Repairs all logs of a directory.
     *
     * @param dryRun whether to say only what would be done; nothing is changed then
     * @throws NotRedexDirectoryException if there is no such directory, or it is another program's
     * @throws DirectoryLockedException if somebody has it open; nothing was changed
     * @throws UncheckedIOException if the disk fails; what is done so far stays, and another call goes on
     */
    public static void run(Path directory, boolean dryRun, Listener listener) {
        run(directory, new FileStore(), dryRun, listener);
    }

    static void run(Path directory, SegmentStore store, boolean dryRun, Listener listener) {
        LogInspector inspector = LogInspector.of(directory, store);
        Path base = inspector.directory();
        try {
            if (dryRun) {
                LogOwner owner = inspector.owner();
                if (owner.alive()) {
                    throw DirectoryLockedException.of(base, holder(owner.pid()), Duration.ZERO);
                }
                repairAll(inspector, store, true, listener);
                return;
            }
            DirectoryLock lock = DirectoryLock.take(base, Duration.ZERO);
            try {
                repairAll(inspector, store, false, listener);
            } finally {
                lock.release();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("directory could not be repaired: directory=" + base, e);
        }
    }

    private static void repairAll(LogInspector inspector, SegmentStore store, boolean dryRun, Listener listener)
            throws IOException {
        for (String log : inspector.names()) {
            Outcome outcome = Uninterrupted.call(() -> repair(inspector.directory(), log, store, dryRun, listener));
            listener.end(outcome);
        }
    }

    private static Outcome repair(Path base, String log, SegmentStore store, boolean dryRun, Listener listener)
            throws IOException {
        RecordingStore recording = new RecordingStore(dryRun ? new DryStore(store) : store, log, listener::done);
        List<LogFinding> lost = new ArrayList<>();
        LogMending mending = new LogMending(recording, log, base, dryRun ? lost::add : finding -> {});
        LogVerdict before = mending.run();
        lost.forEach(listener::left);
        if (dryRun || (recording.actions() == 0 && before.damages() == 0)) {
            return new Outcome(before, recording.actions(), mending.refusal());
        }
        Findings left = new Findings(log, () -> false, finding -> {
            if (finding.kind() == LogFinding.Kind.DAMAGE) {
                listener.left(finding);
            }
        });
        LogVerdict after = new LogCheck(store, log, base.resolve(LogName.directory(log)), left, bytes -> {}).verify();
        return new Outcome(after, recording.actions(), mending.refusal());
    }

    private static String holder(OptionalLong pid) {
        return "another process, pid=" + (pid.isPresent() ? Long.toString(pid.getAsLong()) : "unknown");
    }
}
