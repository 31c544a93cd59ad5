package io.netbus.cortex.fold;

import org.jspecify.annotations.Nullable;

/**
 * A fold's numbers at one moment.
 *
 * @param lag records in the log that are not in the state yet
 * @param rows rows in the state
 * @param appliedSequence the last record the state holds; −1 if there is none
 * @param quarantined events that could not be folded since the fold was opened
 * @param ignored events of a type the model does not know since the fold was opened
 * @param lastError why it is halted, or else why the last event was quarantined; null if neither
 */
public record FoldStats(
        String name,
        State state,
        long lag,
        long rows,
        long appliedSequence,
        long quarantined,
        long ignored,
        @Nullable String lastError) {

    /** What a fold does. */
    public enum State {
        /** Has not read anything yet. */
        STARTING,
        /** Folds what is in the log and is more than a few hundred records behind. */
        CATCHING_UP,
        /** Answers, and takes writes. */
        READY,
        /** Cannot go on, and neither answers nor takes writes until it is opened again. */
        HALTED,
        /** Closed; still answers with its last state. */
        CLOSED
    }
}
