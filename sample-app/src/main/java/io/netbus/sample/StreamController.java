package io.netbus.sample;

import io.netbus.bus.EventBus;
import io.netbus.consume.Cursor;
import io.netbus.consume.Filter;
import io.netbus.consume.PollRequest;
import io.netbus.consume.StreamRequest;
import io.netbus.event.StoredEvent;
import io.netbus.spring.NetbusTemplate;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** Pushes events as they come, as server-sent events whose id is the cursor behind them. */
@RestController
final class StreamController {

    private final EventBus bus;
    private final NetbusTemplate netbus;

    StreamController(EventBus bus, NetbusTemplate netbus) {
        this.bus = bus;
        this.netbus = netbus;
    }

    /**
     * @param cursor where to begin; now if left out
     * @param lastEventId what a browser sends when it comes back; it is further than the cursor it began with
     */
    @GetMapping(path = "/events/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<String>> events(
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String filter,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            HttpServletRequest asked) {
        Parameters.requireOnly(asked, "cursor", "filter");
        String from = StringUtils.hasLength(lastEventId) ? lastEventId : cursor;
        Cursor start = from == null ? bus.end() : Cursor.parse(from);
        // Refuses a cursor of another history now, while there can still be an answer that says so.
        bus.poll(PollRequest.first(1).after(start).maxScan(Duration.ZERO));
        StreamRequest request = StreamRequest.from(start).matching(filter == null ? null : Filter.parse(filter));
        Trail trail = new Trail(start);
        return Sse.withHeartbeat(netbus.events(bus.name(), request).map(trail::message));
    }

    /** Follows one stream with a cursor. */
    private final class Trail {

        private Cursor behind;

        private Trail(Cursor start) {
            behind = start;
        }

        private ServerSentEvent<String> message(StoredEvent event) {
            behind = bus.after(behind, event);
            return ServerSentEvent.builder(EventJson.line(event))
                    .id(behind.toString())
                    .build();
        }
    }
}
