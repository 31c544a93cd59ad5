package io.netbus.redex.index;

import org.jspecify.annotations.Nullable;

/**
 * An index's numbers at one moment.
 *
 * @param lag records in the log that are not in the index yet
 * @param nextSequence the first record that is not in the index
 * @param restoredSequence where a snapshot let it start reading; −1 if there was none, or it did not fit the log
 * @param keys keys that have values
 * @param values what all keys have together
 * @param badRecords records the projection could not read since the index was opened
 * @param lastBadSequence the last of them; −1 if there is none
 * @param lastError what was wrong with that one; null if there is none
 * @param failure why it has failed; null if it has not
 */
public record IndexStats(
        String log,
        State state,
        long lag,
        long nextSequence,
        long restoredSequence,
        int keys,
        long values,
        long badRecords,
        long lastBadSequence,
        @Nullable String lastError,
        @Nullable String failure) {

    /** What an index does. */
    public enum State {
        /** Reads what was in the log when it was opened, and has not come to its end. */
        CATCHING_UP,
        /** Has all that was in the log when it was opened, and follows it. */
        READY,
        /** Could not read the log and has stopped there; opened again, it may go on. */
        FAILED,
        /** Closed, or its log is. */
        CLOSED
    }
}
