package io.netbus.spring;

import io.netbus.bus.EventBus;
import io.netbus.bus.EventChannel;
import io.netbus.bus.PublishResult;
import io.netbus.consume.StreamRequest;
import io.netbus.event.Durability;
import io.netbus.event.Event;
import io.netbus.event.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Publishes objects and streams them back.
 * <p>
 * How an object becomes a payload:
 * <table>
 * <caption>Payloads by type</caption>
 * <tr><th>type</th><th>payload</th><th>content type</th></tr>
 * <tr><td>{@code byte[]}</td><td>as it is</td><td>{@value #BYTES}</td></tr>
 * <tr><td>{@code String}</td><td>its UTF-8, even if it looks like JSON</td><td>{@value #TEXT}</td></tr>
 * <tr><td>anything else</td><td>what the {@code JsonMapper} makes of it</td><td>{@value #JSON}</td></tr>
 * </table>
 * Channels are made at their first use. <b>Threads:</b> any.
 */
public final class NetbusTemplate {

    /*
     * Events wait for the decoding thread in a queue of this length, per stream: long enough that the push thread hands
     * over several at once, short enough that a stalled subscriber of large events pins few of them.
     */
    private static final int PREFETCH_EVENTS = 32;

    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain;charset=UTF-8";
    private static final String BYTES = "application/octet-stream";

    private static final Log LOG = LogFactory.getLog(NetbusTemplate.class);

    private final EventBus bus;
    private final JsonMapper mapper;
    private final Scheduler decoders;
    private final LongAdder undecodable = new LongAdder();

    /**
     * A template that decodes on Reactor's {@code boundedElastic} threads, where a subscriber may block.
     *
     * @param bus stays the caller's
     */
    public NetbusTemplate(EventBus bus, JsonMapper mapper) {
        this(bus, mapper, Schedulers.boundedElastic());
    }

    /**
     * A template that decodes, and so emits, on threads of the caller's choice.
     *
     * @param bus stays the caller's
     * @param decoders stays the caller's
     */
    public NetbusTemplate(EventBus bus, JsonMapper mapper, Scheduler decoders) {
        this.bus = bus;
        this.mapper = mapper;
        this.decoders = decoders;
    }

    /** Publishes at {@link Durability#FSYNCED}, see {@link #publish(String, String, Object, Durability)}. */
    public CompletionStage<PublishResult> publish(String channel, @Nullable String key, Object payload) {
        return publish(channel, key, payload, Durability.FSYNCED);
    }

    /**
     * Publishes an object and completes when its event has survived what {@code level} says; see {@link
     * EventChannel#publish(Event, Durability)}, which also says how a refusal comes back and on which thread.
     *
     * @param channel its name, see {@link EventBus#channel(String)}
     * @param key events of equal key stay in order; null if order does not matter
     * @param payload see the table above; an {@link Event} is refused, it is published by its channel
     * @throws JacksonException if the object cannot be written as JSON; nothing was published
     */
    public CompletionStage<PublishResult> publish(
            String channel, @Nullable String key, Object payload, Durability level) {
        return bus.channel(channel).publish(toEvent(key, payload), level);
    }

    /**
     * Emits the payloads of a channel's events from now on: JSON as {@code type}; as they are for {@code byte[].class};
     * as UTF-8 for {@code String.class}.
     * <ul>
     * <li>At subscription: nothing; the first element is the first event stored after it.
     * <li>Slow subscriber: falls behind and reads from the log; nothing is lost, and nobody else waits. Past what it
     *     asked for, at most 32 events are read ahead.
     * <li>End: completes when the bus, or the application's context, stops; fails if the log cannot be read. An event
     *     that is no {@code type} does not end it: it is skipped, counted ({@link #undecodable()}), and the first of a
     *     subscription is logged as a warning.
     * <li>Thread: a {@code boundedElastic} one of Reactor's, or as the constructor was told; never the bus's own.
     * </ul>
     */
    public <T> Flux<T> stream(String channel, Class<T> type) {
        Decoder<T> decoder = decoder(type);
        Flux<StoredEvent> events = events(channel, StreamRequest.fromNow());
        return Flux.defer(() -> {
            Skipped skipped = new Skipped(channel, type);
            return events.publishOn(decoders, PREFETCH_EVENTS)
                    .handle((event, sink) -> decode(event, decoder, skipped, sink));
        });
    }

    /**
     * A channel's events as they are stored.
     * <ul>
     * <li>At subscription: those the request asks for that exist, then new ones as they come.
     * <li>Slow subscriber: falls behind and reads from the log; nothing is lost, and nobody else waits.
     * <li>End: completes when the bus, or the application's context, stops; fails if the log cannot be read.
     * <li>Thread: {@code netbus-push}, shared by all streams of the bus; it must not block, so move work away with
     *     {@code publishOn}.
     * </ul>
     */
    public Flux<StoredEvent> events(String channel, StreamRequest request) {
        return JdkFlowAdapter.flowPublisherToFlux(bus.channel(channel).events(request));
    }

    /** How many events the streams of this template skipped because they were not of the type asked for. */
    public long undecodable() {
        return undecodable.sum();
    }

    private Event toEvent(@Nullable String key, Object payload) {
        if (payload instanceof byte[] bytes) {
            return Event.builder(bytes).key(key).contentType(BYTES).build();
        }
        if (payload instanceof String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return Event.builder(bytes).key(key).contentType(TEXT).build();
        }
        if (payload instanceof Event) {
            throw new IllegalArgumentException(
                    "payload is an event already; publish it by EventBus.channel(name).publish(event)");
        }
        return Event.builder(mapper.writeValueAsBytes(payload))
                .key(key)
                .contentType(JSON)
                .build();
    }

    private <T> Decoder<T> decoder(Class<T> type) {
        if (type == byte[].class) {
            return event -> type.cast(event.toByteArray());
        }
        if (type == String.class) {
            return event -> type.cast(new String(event.toByteArray(), StandardCharsets.UTF_8));
        }
        ObjectReader reader = mapper.readerFor(type);
        return event -> reader.readValue(event.toByteArray());
    }

    private <T> void decode(StoredEvent event, Decoder<T> decoder, Skipped skipped, SynchronousSink<T> sink) {
        T value;
        try {
            value = decoder.decode(event.event());
        } catch (RuntimeException e) { // a constructor or deserializer of the user's may throw anything
            skipped.report(event, reason(e));
            return;
        }
        if (value == null) {
            skipped.report(event, "it is JSON's null");
            return;
        }
        sink.next(value);
    }

    /** Says what went wrong and where, but not the message, which may quote the payload. */
    private static String reason(RuntimeException e) {
        TokenStreamLocation location = e instanceof JacksonException json ? json.getLocation() : null;
        String what = e.getClass().getSimpleName();
        return location == null
                ? what
                : what + " at line=" + location.getLineNr() + ", column=" + location.getColumnNr();
    }

    @FunctionalInterface
    private interface Decoder<T> {

        @Nullable
        T decode(Event event);
    }

    /** One subscription's skipped events: a warning for the first is enough to find the channel. */
    private final class Skipped {

        private final String channel;
        private final Class<?> type;
        private boolean warned; // by one decoding thread at a time

        Skipped(String channel, Class<?> type) {
            this.channel = channel;
            this.type = type;
        }

        void report(StoredEvent event, String reason) {
            undecodable.increment();
            String message = "event is not of the type asked for, skipped: channel=" + channel + ", shard="
                    + event.shard() + ", sequence=" + event.sequence() + ", type=" + type.getName() + ", contentType="
                    + event.event().contentType() + ", reason=" + reason;
            if (!warned) {
                warned = true;
                LOG.warn(message + " (further ones of this stream are logged at debug)");
            } else if (LOG.isDebugEnabled()) {
                LOG.debug(message);
            }
        }
    }
}
