package io.netbus.adapter;

import java.util.List;

/**
 * Keeps the events of channels, one stream per shard. <b>Threads:</b> any.
 */
public interface Adapter extends AutoCloseable {

    /** For messages and metrics, such as {@code redex}. */
    String name();

    /** The channels that hold streams already, in ascending order. */
    List<String> channels();

    /** How many shards that channel has had so far; 0 if it is new. */
    int shards(String channel);

    /**
     * Opens a shard's stream, creating it if it is new; the same instance while it is open.
     *
     * @param channel see {@code EventBus.channel}
     * @param shard from 0
     * @throws AdapterException if it cannot be opened
     */
    ShardStream stream(String channel, int shard);

    /** Makes durable what can be and lets every resource of its own go. Idempotent. */
    @Override
    void close();
}
