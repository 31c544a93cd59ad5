package io.netbus.adapter;

import io.netbus.event.EventBatch;
import java.util.concurrent.CompletionStage;

/**
 * The stored events of one shard, numbered from 0 without gaps.
 * <p>
 * <b>Threads:</b> one writes; any number read and never wait for the writer.
 */
public interface ShardStream {

    /** The shard's number, from 0. */
    int shard();

    /**
     * Stores all events of the batch in order, or none. They can be read when this returns.
     *
     * @return the sequence of the first; the others follow without a gap
     * @throws RetryableAdapterException if nothing was stored and a retry may help
     * @throws AdapterException if a retry cannot help; whether the batch is stored is unknown, and every later write
     *         fails as well
     */
    long write(EventBatch batch);

    /**
     * Completes when all events below {@code nextSequence} survive a power cut; exceptionally with {@link
     * AdapterException} if that cannot be reached, whether they survive is then unknown.
     */
    CompletionStage<Void> whenForced(long nextSequence);

    /** The lowest sequence that can be read; {@link #nextSequence()} if there is none. */
    long firstSequence();

    /** The sequence the next event will get. */
    long nextSequence();

    /** Every event below this sequence survives a power cut. */
    long forcedSequence();

    /** Counts how often this stream lost events that had been visible; see {@link #validUpTo}. */
    int epoch();

    /**
     * Up to where positions remembered under an epoch still mean the same events: the first sequence written under the
     * epoch after it; {@link #nextSequence()} for the present one.
     */
    long validUpTo(int epoch);

    /** A reader that starts at that sequence, or at {@link #firstSequence()} if it lies below. */
    EventReader reader(long fromSequence);

    /**
     * Keeps events from that sequence on until the hold is moved or closed, unless a limit that is said to break holds
     * takes them all the same. A hold that its owner took before is replaced. A stream that lets no event go on its own
     * need not implement this.
     *
     * @param owner who needs them, for operators to see
     * @throws AdapterException if the stream is closed
     */
    default StreamHold hold(String owner, long sequence) {
        return new StreamHold() {
            @Override
            public void moveTo(long needed) {
                // nothing goes
            }

            @Override
            public void close() {
                // nothing was held
            }
        };
    }

    /**
     * Calls {@code hint} when there may be something new to read, on the writer's thread; it must return at once.
     *
     * @return ends the registration
     */
    Runnable onWrite(Runnable hint);
}
