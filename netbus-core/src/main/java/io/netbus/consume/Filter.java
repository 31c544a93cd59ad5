package io.netbus.consume;

import io.netbus.event.EventView;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Which JSON payloads a reader wants. Written as JSON itself, compiled once:
 *
 * <pre>{@code
 * {"path": "event", "value": "issues"}
 * {"$eq": {"path": "repository.id", "value": 42}}
 * {"$and": [filter, …]}   {"$or": [filter, …]}   {"$not": filter}
 * }</pre>
 *
 * <ul>
 * <li>A path is a text of keys with dots between, or an array of keys, {@code ["a.b", "c"]}, which may have dots. A whole
 *     number such as {@code 0} or {@code 12} is also an index where the payload has an array. The empty path is the
 *     payload.
 * <li>A value is equal if its type and content are: objects in any order of their keys, arrays in order, texts by code
 *     points, numbers by value ({@code 1}, {@code 1.0} and {@code 10e-1} are equal, exactly). A missing value equals
 *     nothing, not even {@code null}.
 * <li>Where a payload has a key twice, the last one counts, as it does to most parsers.
 * <li>A payload that is not one well-formed JSON value in UTF-8 without a byte order mark matches no filter, also not
 *     {@code $not}. Nor does one that nests deeper than 1,000 or has a number of more than 1,000 characters.
 * <li>An object has one of these shapes and no other key. {@code $and} and {@code $or} take at least one filter.
 * </ul>
 *
 * Immutable. A payload is read in one pass and never becomes a tree. Equal when the texts are.
 */
public final class Filter {

    /** Longest text of a filter, in UTF-16 characters. */
    public static final int MAX_CHARS = 64 * 1024;

    /** Deepest nesting of a filter's text, and most parts of a path. */
    public static final int MAX_DEPTH = 128;

    private final String json;
    private final FilterPlan plan;

    private Filter(String json, FilterPlan plan) {
        this.json = json;
        this.plan = plan;
    }

    /** Compiles a filter. @throws InvalidFilterException if it is not one; the message says where */
    public static Filter parse(String json) {
        return new Filter(json, FilterCompiler.compile(json));
    }

    /** Whether that payload, from position to limit, matches. Leaves the buffer as it was. */
    public boolean matches(ByteBuffer payload) {
        return scan().matches(payload);
    }

    /** Whether that event's payload matches. */
    public boolean matches(EventView event) {
        return matches(event.payload());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Filter filter && json.equals(filter.json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    /** The text it was compiled from. */
    @Override
    public String toString() {
        return json;
    }

    /** An evaluation that keeps its working memory from payload to payload. */
    FilterScan scan() {
        return new FilterScan(plan);
    }
}
