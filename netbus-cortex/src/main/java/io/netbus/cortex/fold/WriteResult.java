package io.netbus.cortex.fold;

import org.jspecify.annotations.Nullable;

/**
 * What became of a write.
 *
 * @param sequence the number of the last record it appended; if it appended none, of the last record the state it was
 *     decided on holds, −1 if that is empty
 * @param reason why nothing was appended; null if {@code APPLIED}
 */
public record WriteResult(
        long sequence, Outcome outcome, @Nullable String reason) {

    /** Whether the write changed the model. */
    public boolean isApplied() {
        return outcome == Outcome.APPLIED;
    }
}
