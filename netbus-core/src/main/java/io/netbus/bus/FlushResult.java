package io.netbus.bus;

import io.netbus.consume.Cursor;
import java.util.List;

/**
 * What a flush reached.
 *
 * @param complete whether everything accepted before the call has reached the level asked for
 * @param reached behind the last event stored when the flush ended; if complete, every event accepted before the call
 *     lies before it
 * @param pending a line per shard that is not done, saying why; empty if complete
 */
public record FlushResult(boolean complete, Cursor reached, List<String> pending) {

    /** Copies the list. */
    public FlushResult {
        pending = List.copyOf(pending);
    }
}
