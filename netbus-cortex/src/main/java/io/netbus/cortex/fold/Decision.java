package io.netbus.cortex.fold;

import org.jspecify.annotations.Nullable;

/**
 * What a command makes of the state it finds.
 *
 * @param reason why nothing is to be appended; null if {@code APPLIED}
 */
public record Decision(Outcome outcome, @Nullable String reason) {

    /** Append what was added. */
    public static final Decision APPLY = new Decision(Outcome.APPLIED, null);

    /** Append nothing, there is nothing to change. */
    public static Decision noOp(String reason) {
        return new Decision(Outcome.NO_OP, reason);
    }

    /** Append nothing, the command does not fit the state. */
    public static Decision rejected(String reason) {
        return new Decision(Outcome.REJECTED, reason);
    }

    /** Whether the command is to be appended. */
    public boolean applies() {
        return outcome == Outcome.APPLIED;
    }
}
