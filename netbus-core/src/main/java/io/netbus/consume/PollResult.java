package io.netbus.consume;

import io.netbus.event.StoredEvent;
import java.util.List;

/**
 * A page.
 *
 * @param events in order within each shard; immutable; each owns its bytes
 * @param next where to go on; equal to the request's cursor if nothing was there to read and nothing was lost
 * @param hasMore whether reading on at {@code next} finds at least one more stored event, matching or not
 * @param lost events, matching or not, between the request's place and {@code next} that are no longer kept and so were
 *     passed over; where reading starts at the beginning, all that are no longer kept
 */
public record PollResult(List<StoredEvent> events, Cursor next, boolean hasMore, long lost) {

    /** Copies the list. */
    public PollResult {
        events = List.copyOf(events);
    }
}
