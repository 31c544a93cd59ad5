package io.netbus.event;

import org.jspecify.annotations.Nullable;

/**
 * A shard's counters at one instant, since the bus was opened. Each is counted where it happens; none is computed from
 * the others, and always {@code offered = accepted + refused + timedOut + duplicate + rejected} and {@code accepted =
 * acknowledged + lostAtClose + queued}.
 *
 * @param offered calls that offered an event to this shard and have returned
 * @param accepted events taken over
 * @param refused events answered {@link IngestResult#FULL}, {@link IngestResult#TOO_LARGE} or {@link
 *     IngestResult#UNAVAILABLE}
 * @param timedOut events answered {@link IngestResult#TIMED_OUT}
 * @param duplicate events answered {@link IngestResult#DUPLICATE}
 * @param rejected events answered {@link IngestResult#CLOSED}
 * @param acknowledged events the adapter has written
 * @param lostAtClose accepted events that could not be written before the bus closed
 * @param queued accepted events that wait in lanes or in the batch in hand
 * @param queuedBytes memory those take, in bytes, whole chunks counted
 * @param batches batches the adapter has written
 * @param state what the shard does
 * @param lastError the adapter's last failure; null if there was none
 */
public record ShardStats(
        int shard,
        State state,
        long offered,
        long accepted,
        long refused,
        long timedOut,
        long duplicate,
        long rejected,
        long acknowledged,
        long lostAtClose,
        long queued,
        long queuedBytes,
        long batches,
        @Nullable String lastError) {

    /** What a shard does. */
    public enum State {
        /** Takes events and writes them. */
        RUNNING,
        /** The adapter fails in a way that a retry may mend; events wait. */
        RETRYING,
        /** The adapter has failed for good; new events are refused, accepted ones wait for the close. */
        FAILED,
        /** Closed. */
        CLOSED
    }

    /** Whether both equations hold; anything but true is a defect of the bus. */
    public boolean isConserved() {
        return offered == accepted + refused + timedOut + duplicate + rejected
                && accepted == acknowledged + lostAtClose + queued;
    }
}
