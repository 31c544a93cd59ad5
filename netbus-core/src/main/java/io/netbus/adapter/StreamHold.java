package io.netbus.adapter;

/**
 * Keeps a stream's events, from one sequence on, while their owner still needs them. Lives in this process only: after a
 * restart the owner takes it anew. <b>Threads:</b> any.
 */
public interface StreamHold extends AutoCloseable {

    /** Says that events below a sequence are no longer needed; a lower one than before has no effect. */
    void moveTo(long sequence);

    /** Lets the events go. Idempotent. */
    @Override
    void close();
}
