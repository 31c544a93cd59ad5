package io.netbus.bus;

import io.netbus.adapter.Adapter;
import java.time.Duration;
import java.util.List;

/**
 * Takes events from any thread, queues them in lanes, and writes them through an {@link Adapter} in batches, one worker
 * per shard. The bus itself is its default channel, {@value #DEFAULT_CHANNEL}.
 *
 * <pre>{@code
 * try (Redex redex = Redex.onDisk(Path.of("data"), RedexConfig.defaults());
 *         EventBus bus = EventBus.open(new RedexAdapter(redex), EventBusConfig.defaults())) {
 *     bus.ingest("hello".getBytes(UTF_8));
 *     bus.flush(Durability.FSYNCED, Duration.ofSeconds(5));
 *     bus.poll(PollRequest.first(10)).events().forEach(System.out::println);
 * }
 * }</pre>
 */
public interface EventBus extends EventChannel, AutoCloseable {

    /** The name of the default channel. */
    String DEFAULT_CHANNEL = "events";

    /**
     * Opens a bus and every channel the adapter holds.
     *
     * @param adapter stays the caller's: it is not closed with the bus
     */
    static EventBus open(Adapter adapter, EventBusConfig config) {
        return DefaultEventBus.open(adapter, config);
    }

    /**
     * A channel of that name, made at its first use; the same instance while the bus is open.
     *
     * @param name 1 to 100 characters of {@code a-z 0-9 - _ .}, beginning with a letter or digit
     * @throws IllegalArgumentException if the name is not of that form
     * @throws IllegalStateException if the bus is closed and the channel is not open
     */
    EventChannel channel(String name);

    /** All open channels by name, the default one among them. */
    List<EventChannel> channels();

    /**
     * Completes every subscription that is open now, on all channels, so that their clients can go; new ones may be made
     * at once. For an orderly stop that must not wait for streams without an end.
     */
    void completeStreams();

    /** Closes with the configured deadline; see {@link #close(Duration)}. Idempotent. */
    @Override
    void close();

    /**
     * Refuses new events, writes and forces what is queued, completes subscribers, and stops the threads, all within
     * the deadline; what is not written then is lost and counted. Idempotent: later calls return the first report.
     */
    CloseReport close(Duration deadline);
}
