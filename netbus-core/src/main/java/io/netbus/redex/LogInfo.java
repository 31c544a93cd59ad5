package io.netbus.redex;

import org.jspecify.annotations.Nullable;

/**
 * A log as its files show it, most of them unread.
 *
 * @param firstSequence of the oldest record that is kept
 * @param nextSequence behind the last record that is whole; beside a living owner, as of when it was looked at
 * @param forcedSequence behind the last record that the durable tip vouches for
 * @param recordBytes size of the segments up to where their records end
 * @param fileBytes size of all files, with room made ahead, checkpoint and quarantine
 * @param firstTimestampNanos of the first record, nanoseconds since 1970; {@link Long#MIN_VALUE} if there is none
 * @param lastTimestampNanos of the last record; {@link Long#MIN_VALUE} if there is none
 * @param checkpoint the newest that is whole; null if none is
 * @param problem the first damage that was seen on the way; null if none was. Only {@link LogInspector#verify} looks everywhere
 */
public record LogInfo(
        String log,
        Condition condition,
        int epoch,
        long epochStart,
        long firstSequence,
        long nextSequence,
        long forcedSequence,
        int segments,
        long recordBytes,
        long fileBytes,
        long firstTimestampNanos,
        long lastTimestampNanos,
        int quarantineFiles,
        long quarantineBytes,
        @Nullable CheckpointInfo checkpoint,
        @Nullable LogFinding problem) {

    /** In what state a log is. */
    public enum Condition {

        /** It was closed, or nothing was appended since: opening it changes nothing. */
        CLEAN,

        /** A living process is writing it. */
        IN_USE,

        /** A crash left it: the next opening looks at what lies behind its durable tip. */
        LEFT_BY_CRASH,

        /** Something in it is not what was written, and no crash explains that. */
        DAMAGED
    }

    /**
     * What a log remembers beside its segments.
     *
     * @param generation counts the checkpoints of the log
     * @param logStart records below it are dropped
     * @param epochs how many epochs it knows
     */
    public record CheckpointInfo(long generation, long logStart, int epochs) {}
}
