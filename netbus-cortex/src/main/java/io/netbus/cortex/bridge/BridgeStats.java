package io.netbus.cortex.bridge;

import org.jspecify.annotations.Nullable;

/**
 * A bridge's numbers at one moment.
 *
 * @param source the name of the channel it reads
 * @param lag source events it has not handled yet; −1 while the source does not say
 * @param handled source events handled since the bridge was started, quarantined ones included
 * @param quarantined source events since then whose mapping threw
 * @param lost source events since then that were no longer kept when the bridge came to them
 * @param lastError why it does not go on, or else why the last event was quarantined; null if neither
 */
public record BridgeStats(
        String name,
        String source,
        State state,
        long lag,
        long handled,
        long quarantined,
        long lost,
        @Nullable String lastError) {

    /** What a bridge does. */
    public enum State {
        /** Maps what is there and waits for more. */
        RUNNING,
        /** The source or the model's log fails; it tries again after a pause. */
        RETRYING,
        /** It cannot go on: its place in the source is not valid any more, or the model has halted. */
        FAILED,
        /** Closed. */
        CLOSED
    }
}
