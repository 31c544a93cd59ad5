package io.netbus.cortex.fold;

import io.netbus.cortex.envelope.Envelope;

/**
 * Something to be done to a model: looks at the state and says what to append.
 *
 * @param <S> the model's state
 */
@FunctionalInterface
public interface Command<S> {

    /**
     * Decides. Called with the model's write lock held, so it must be quick and must not write to the model; no other
     * write comes between the state it sees and what it appends. Whatever it throws reaches the writer, and nothing is
     * appended.
     *
     * @param state every event before is in it
     * @param pending takes what is to be appended; dropped unless the decision is to apply
     */
    Decision decide(S state, Pending pending);

    /** What a command wants to append, all of it or nothing. Valid only during the call. */
    interface Pending {

        /** Adds a record behind those added before. */
        void add(Envelope envelope);

        /** The stamp the records will get, in nanoseconds since 1970. */
        long timestampNanos();
    }
}
