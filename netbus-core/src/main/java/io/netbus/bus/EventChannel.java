package io.netbus.bus;

import io.netbus.consume.EventSource;
import io.netbus.event.Durability;
import io.netbus.event.Event;
import io.netbus.event.IngestResult;
import io.netbus.event.ShardStats;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A named stream of events, spread over shards.
 * <p>
 * Events of one key keep their order; so do the events without a key of one thread. <b>Threads:</b> all methods may be
 * called from any thread.
 */
public interface EventChannel extends EventSource {

    /**
     * Offers an event of a payload alone. Copies, and returns as soon as the event is queued: it is WRITTEN with the
     * shard's next batch and forced within the log's force interval. Waits for room only under {@link
     * BackpressurePolicy.Block}.
     */
    IngestResult ingest(byte[] payload);

    /**
     * Offers {@code length} bytes from {@code offset} on, as {@link #ingest(byte[])} does.
     *
     * @throws IndexOutOfBoundsException if the payload has no such range; nothing is offered then
     */
    IngestResult ingest(byte[] payload, int offset, int length);

    /** Offers an event of a key and a payload, as {@link #ingest(byte[])} does. */
    IngestResult ingest(String key, byte[] payload);

    /** Offers an event, as {@link #ingest(byte[])} does. */
    IngestResult ingest(Event event);

    /** Publishes at {@link Durability#FSYNCED}, see {@link #publish(Event, Durability)}. */
    default CompletionStage<PublishResult> publish(Event event) {
        return publish(event, Durability.FSYNCED);
    }

    /**
     * Offers an event and completes when it has survived what {@code level} says.
     * <p>
     * A refusal is a value ({@link PublishResult#outcome()}). A duplicate completes once the event it repeats has
     * reached the level, with that event's position. Completes exceptionally with {@link
     * io.netbus.adapter.AdapterException} if the level cannot be reached: whether the event survives is then unknown.
     * Waits for room as {@link #ingest(byte[])} does. <b>Thread:</b> dependents may run on a bus thread; keep them
     * short.
     */
    CompletionStage<PublishResult> publish(Event event, Durability level);

    /**
     * Waits until every event accepted before the call has reached {@code level}, or the timeout has passed, or a shard
     * has failed; the result says which. An interrupt ends the wait as the timeout does and is kept.
     */
    FlushResult flush(Durability level, Duration timeout);

    /** The shards' counters, each shard's exact at one instant. Never waits for the adapter. */
    List<ShardStats> stats();
}
