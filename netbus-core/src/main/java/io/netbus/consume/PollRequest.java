package io.netbus.consume;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which page to read. Immutable.
 *
 * @param cursor where to go on; null starts at the first event kept
 * @param limit most events returned, 1 to {@link #MAX_LIMIT}
 * @param filter null takes every event
 * @param maxScan how long a filtered page may look for matches before it returns what it has
 */
public record PollRequest(
        @Nullable Cursor cursor, int limit, @Nullable Filter filter, Duration maxScan) {

    /** The largest page. */
    public static final int MAX_LIMIT = 10_000;

    private static final Duration DEFAULT_MAX_SCAN = Duration.ofSeconds(1);

    /** Rejects a limit outside its range. */
    public PollRequest {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit is out of range: limit=" + limit + ", min=1, max=" + MAX_LIMIT);
        }
    }

    /** The first page of everything. */
    public static PollRequest first(int limit) {
        return new PollRequest(null, limit, null, DEFAULT_MAX_SCAN);
    }

    /** A copy that goes on at that cursor; null starts at the first event kept. */
    public PollRequest after(@Nullable Cursor next) {
        return new PollRequest(next, limit, filter, maxScan);
    }

    /** A copy that returns only events that match; null takes every event. */
    public PollRequest matching(@Nullable Filter wanted) {
        return new PollRequest(cursor, limit, wanted, maxScan);
    }

    /** A copy with another {@link #maxScan()}. */
    public PollRequest maxScan(Duration longest) {
        return new PollRequest(cursor, limit, filter, longest);
    }
}
