package io.netbus.consume;

import io.netbus.event.StoredEvent;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A channel's stored events, read across its shards. Reading takes nothing out and needs no thread of the channel's.
 */
public interface EventSource {

    /** The channel's name. */
    String name();

    /**
     * Reads a page: fair across shards, in order within each, resumable by its cursor without skipping or repeating an
     * event. Never waits for events to come.
     *
     * @throws InvalidCursorException if the cursor is of another channel or of a history that was rewritten
     */
    PollResult poll(PollRequest request);

    /**
     * Pushes events as they are asked for: those after the request's cursor first, then new ones as they come, each
     * subscriber at its own pace from its own cursor.
     * <ul>
     * <li>Slow subscriber: falls behind and reads from the log; nothing is lost, and nobody else waits.
     * <li>End: completes when the bus closes and all stored events were delivered or nothing more is asked for; fails
     *     with the cause if a stored event cannot be read.
     * <li>Thread: {@code netbus-push}, shared by all subscribers, never a writer's; {@code onNext} must not block. Only
     *     {@code onSubscribe} is called by the subscribing thread.
     * </ul>
     */
    Flow.Publisher<StoredEvent> events(StreamRequest request);

    /** The cursor behind the last event stored at this moment. */
    Cursor end();

    /**
     * The cursor behind that event, for who hands pushed events on one by one and wants to resume behind any of them.
     *
     * @param cursor the place before the event: where reading began, or what this returned for the event before
     * @param event read from this channel
     * @throws IllegalArgumentException if the cursor is of another channel, or the channel has not stored such an event
     */
    default Cursor after(Cursor cursor, StoredEvent event) {
        return cursor.past(event.position(), end());
    }

    /**
     * Completes when every event before the cursor survives a power cut; exceptionally if that cannot be reached.
     */
    CompletionStage<Void> whenForced(Cursor cursor);

    /**
     * Keeps events from retention, from a place on, until the hold is moved or closed; only a hard limit that is set to
     * break holds takes them all the same, and {@link PollResult#lost()} then counts them. A hold that its owner took
     * before is replaced.
     *
     * @param owner who needs them, for operators to see
     * @param from null for the first event kept
     * @throws InvalidCursorException as {@link #poll} does
     */
    SourceHold hold(String owner, @Nullable Cursor from);

    /**
     * Calls {@code hint} when there may be something new to read, on a writer's thread; it must return at once.
     *
     * @return ends the registration
     */
    Runnable onEvents(Runnable hint);
}
