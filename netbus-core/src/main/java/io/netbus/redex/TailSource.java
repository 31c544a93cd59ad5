package io.netbus.redex;

/** What the subscribers of one log share. <b>Threads:</b> the tail worker's, but for the count of them. */
final class TailSource {

    private static final long OPEN = Long.MAX_VALUE;

    final RedexLog log;
    private final RedexLog.Registration registration;
    private volatile boolean closed; // also written by who closes the log
    private long end = OPEN; // what lies behind is not waited for
    private int subscriptions; // under the tail worker's gate

    TailSource(RedexLog log, AppendHints hints, Runnable wake) {
        this.log = log;
        registration = hints.add(wake, () -> {
            closed = true;
            wake.run();
        });
    }

    void add() {
        subscriptions++;
    }

    /** Counts one subscription out; returns whether it was the last. */
    boolean remove() {
        subscriptions--;
        if (subscriptions == 0) {
            registration.close();
        }
        return subscriptions == 0;
    }

    /** Says that the log is closed. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** Lets subscriptions complete once they have what is there now. */
    void finish() {
        if (end == OPEN) {
            end = log.nextSequence();
        }
    }

    /** Whether a subscription that has nothing to do will never have. */
    boolean isFinishing() {
        return end != OPEN || closed;
    }

    /** The sequence behind the last record to deliver, as of now. */
    long end() {
        return end == OPEN ? log.nextSequence() : end;
    }
}
