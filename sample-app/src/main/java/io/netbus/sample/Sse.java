package io.netbus.sample;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What all streams of server-sent events have in common. */
final class Sse {

    static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(Sse.class);

    private Sse() {}

    /**
     * Adds a comment at once, so that the client sees that it is connected, and every {@link #HEARTBEAT}, so that a
     * client that is gone is noticed. Ends with the messages; nothing is read ahead of a slow client but one message.
     */
    static <T> Flux<ServerSentEvent<T>> withHeartbeat(Flux<ServerSentEvent<T>> messages) {
        return Flux.defer(() -> {
            Sinks.Empty<Void> over = Sinks.empty();
            Flux<ServerSentEvent<T>> heartbeats = Flux.interval(Duration.ZERO, HEARTBEAT)
                    .onBackpressureDrop()
                    .map(beat ->
                            ServerSentEvent.<T>builder().comment("heartbeat").build())
                    .takeUntilOther(over.asMono());
            Flux<ServerSentEvent<T>> guarded = messages.onErrorResume(e -> {
                        LOG.error("stream ends early", e);
                        return Flux.empty();
                    })
                    .doOnTerminate(over::tryEmitEmpty);
            return Flux.merge(1, heartbeats, guarded);
        });
    }
}
