package io.netbus.event;

/** What became of one offered event. Only an {@link #ACCEPTED} event will be read back. */
public enum IngestResult {

    /** Taken over; it becomes durable as the settings say. */
    ACCEPTED,

    /** Refused: the shard's budget is used up. A retry helps once it has drained. */
    FULL,

    /** Refused: the budget stayed used up for as long as the policy waits. A retry helps once it has drained. */
    TIMED_OUT,

    /** Not taken again: an event with this idempotency id was accepted before. */
    DUPLICATE,

    /** Refused: larger than the largest payload allowed. A retry cannot help. */
    TOO_LARGE,

    /** Refused: what the shard writes to has failed; see its stats. A retry helps after it was reopened. */
    UNAVAILABLE,

    /** Refused: the bus is closing or closed. */
    CLOSED;

    /** Whether the event was taken over by this call. */
    public boolean isAccepted() {
        return this == ACCEPTED;
    }
}
