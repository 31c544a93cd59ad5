package io.netbus.redex;

/**
 * Keeps a log's records from retention, from one sequence on, while its owner still needs them. Lives in this process
 * only: after a restart the owner takes it anew, before anything is appended and within a second of opening the log,
 * when nothing goes yet.
 * <p>
 * <b>Threads:</b> any.
 */
public interface LogHold extends AutoCloseable {

    /** Who needs the records. */
    String owner();

    /** The lowest sequence that is needed. */
    long sequence();

    /** Says that records below a sequence are no longer needed; a lower one than before has no effect. */
    void moveTo(long sequence);

    /** Whether the log's hard limit has taken records that were needed. */
    boolean isBroken();

    /** Lets the records go. Idempotent. */
    @Override
    void close();
}
