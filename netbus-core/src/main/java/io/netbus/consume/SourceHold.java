package io.netbus.consume;

/**
 * Keeps a channel's events, from one place on, while their owner still needs them. Lives in this process only: after a
 * restart the owner takes it anew. <b>Threads:</b> any.
 */
public interface SourceHold extends AutoCloseable {

    /**
     * Says that events before that place are no longer needed. In a shard where it lies before the last one it has no
     * effect.
     *
     * @param place of the channel
     */
    void moveTo(Cursor place);

    /** Lets the events go. Idempotent. */
    @Override
    void close();
}
