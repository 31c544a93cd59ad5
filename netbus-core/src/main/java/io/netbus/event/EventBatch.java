package io.netbus.event;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Events of one shard, in order, handed to an adapter together. Valid only during the call it is handed to.
 *
 * @param encoded from position to limit: for each event a little-endian 32-bit length and its {@link EventLayout} bytes
 * @param count number of events, 1 or more
 * @param timestampNanos when the batch was taken over, in nanoseconds since 1970
 */
public record EventBatch(ByteBuffer encoded, int count, long timestampNanos) {

    /** Hands over the events in order, one view for all. */
    public void forEach(Consumer<EventView> action) {
        ByteBuffer bytes = encoded.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        EventView view = new EventView();
        for (int i = 0; i < count; i++) {
            int length = bytes.getInt();
            action.accept(view.wrap(bytes.slice(bytes.position(), length)));
            bytes.position(bytes.position() + length);
        }
    }
}
