package io.netbus.sample;

import io.netbus.bus.EventBus;
import io.netbus.consume.Cursor;
import io.netbus.consume.Filter;
import io.netbus.consume.PollRequest;
import io.netbus.consume.PollResult;
import io.netbus.event.StoredEvent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Gives stored events back, page by page: {@code {"events":[…],"next":…}}. */
@RestController
final class EventsController {

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private static final long MAX_PAGE_BYTES = 8L << 20; // the bus's own bound

    private final EventBus bus;
    private final DeskProperties desk;
    private final RequestMemory memory;

    EventsController(EventBus bus, DeskProperties desk, RequestMemory memory) {
        this.bus = bus;
        this.desk = desk;
        this.memory = memory;
    }

    /**
     * @param cursor where to go on, from {@code next} of the page before; the log's start if left out
     * @param filter see {@link Filter}; a page of a filter without many matches ends after a second, and may be empty
     */
    @GetMapping(path = "/events", produces = MediaType.APPLICATION_JSON_VALUE)
    void page(
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String filter,
            HttpServletRequest asked,
            HttpServletResponse response)
            throws IOException {
        Parameters.requireOnly(asked, "limit", "cursor", "filter");
        PollRequest request = PollRequest.first(Parameters.limit(limit, DEFAULT_LIMIT, MAX_LIMIT))
                .after(cursor == null ? null : Cursor.parse(cursor))
                .matching(filter == null ? null : Filter.parse(filter));
        long largest = Math.min(MAX_PAGE_BYTES, (long) request.limit() * desk.maxEventBytes());
        RequestMemory.Lease room = memory.outgoing().take(largest, desk.ackTimeout());
        try {
            answer(request, cursor, response);
        } finally {
            room.close();
        }
    }

    private void answer(PollRequest request, @Nullable String cursor, HttpServletResponse response) throws IOException {
        PollResult page = bus.poll(request);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        // Text for text, because a client compares: equal cursors may differ in which shard is next.
        boolean isEnd = page.events().isEmpty() && page.next().equals(request.cursor());
        String next = cursor != null && isEnd ? cursor : page.next().toString();
        write(page.events(), next, response.getOutputStream());
    }

    /** Writes event after event: a page may have megabytes, and the payloads need no second copy. */
    private static void write(List<StoredEvent> events, String next, OutputStream response) throws IOException {
        OutputStream out = new BufferedOutputStream(response);
        out.write(ascii("{\"events\":["));
        boolean isFirst = true;
        for (StoredEvent event : events) {
            if (!isFirst) {
                out.write(',');
            }
            isFirst = false;
            EventJson.write(event, out);
        }
        out.write(ascii("],\"next\":\"" + next + "\"}"));
        out.flush();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
