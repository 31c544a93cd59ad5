package io.netbus.event;

/**
 * An event read back.
 *
 * @param shard number of the shard, from 0
 * @param sequence number of the event in its shard, from 0
 * @param timestampNanos when its batch was taken over, in nanoseconds since 1970; never decreases within a shard, also
 *     across restarts; events of one batch share it
 */
public record StoredEvent(int shard, long sequence, long timestampNanos, Event event) {

    /** Where it is stored. */
    public Position position() {
        return new Position(shard, sequence);
    }
}
