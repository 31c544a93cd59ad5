package io.netbus.adapter;

import java.util.List;

/**
 * Keeps the events of channels, one stream per shard. <b>Threads:</b> any.
 */
public interface Adapter extends AutoCloseable {

    /** For messages and metrics, such as {@code redex}. */
    String name();

    /** The channels that exist, open or not, in ascending order. */
    List<String> channels();

    /**
     * Opens a channel. A new one gets {@code shardsIfNew} shards and keeps them: keys must find their shard again.
     *
     * @return how many shards it has
     * @throws MissingShardException if one of its shards is gone; nothing is changed
     * @throws AdapterException if it cannot be opened
     */
    int open(String channel, int shardsIfNew);

    /**
     * A shard's stream; the same instance while the adapter is open.
     *
     * @param channel one that was opened
     * @param shard from 0, below what {@link #open} returned
     * @throws AdapterException if it cannot be opened
     */
    ShardStream stream(String channel, int shard);

    /** Makes durable what can be and lets every resource of its own go. Idempotent. */
    @Override
    void close();
}
