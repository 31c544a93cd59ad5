package io.netbus.consume;

import org.jspecify.annotations.Nullable;

/**
 * What to push. Immutable.
 *
 * @param start where to begin
 * @param cursor the place, if {@code start} is {@link Start#CURSOR}; else null
 * @param filter null takes every event
 */
public record StreamRequest(
        Start start, @Nullable Cursor cursor, @Nullable Filter filter) {

    /** Where to begin. */
    public enum Start {
        /** At the first event kept. */
        BEGINNING,
        /** Behind the last event stored when subscribed. */
        NOW,
        /** At the cursor. */
        CURSOR
    }

    /** Rejects a start at no cursor, and a cursor that is not the start. */
    public StreamRequest {
        if ((start == Start.CURSOR) != (cursor != null)) {
            throw new IllegalArgumentException("a cursor goes with start=CURSOR and with no other: start=" + start);
        }
    }

    /** Everything kept, then what comes. */
    public static StreamRequest fromBeginning() {
        return new StreamRequest(Start.BEGINNING, null, null);
    }

    /** Only what comes after subscribing. */
    public static StreamRequest fromNow() {
        return new StreamRequest(Start.NOW, null, null);
    }

    /** What is stored at the cursor and after it, then what comes. */
    public static StreamRequest from(Cursor cursor) {
        return new StreamRequest(Start.CURSOR, cursor, null);
    }

    /** A copy that pushes only events that match; null takes every event. */
    public StreamRequest matching(@Nullable Filter wanted) {
        return new StreamRequest(start, cursor, wanted);
    }
}
