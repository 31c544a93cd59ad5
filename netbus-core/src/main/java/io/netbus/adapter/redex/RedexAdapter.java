package io.netbus.adapter.redex;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.AdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps each shard's events in a RedEX log named {@code bus/<channel>/<shard>}. <b>Threads:</b> any.
 */
public final class RedexAdapter implements Adapter {

    private static final String PREFIX = "bus/";

    private final Redex redex;
    private final Map<String, ShardStream> streams = new ConcurrentHashMap<>();

    /** @param redex stays the caller's: it is not closed with the adapter */
    public RedexAdapter(Redex redex) {
        this.redex = redex;
    }

    @Override
    public String name() {
        return "redex";
    }

    @Override
    public List<String> channels() {
        return redex.names().stream()
                .filter(name -> name.startsWith(PREFIX))
                .map(name -> name.substring(PREFIX.length(), name.lastIndexOf('/')))
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public int shards(String channel) {
        String prefix = PREFIX + channel + "/";
        return redex.names().stream()
                .filter(name -> name.startsWith(prefix))
                .mapToInt(name -> Integer.parseInt(name.substring(prefix.length())) + 1)
                .max()
                .orElse(0);
    }

    @Override
    public ShardStream stream(String channel, int shard) {
        return streams.computeIfAbsent(PREFIX + channel + "/" + shard, name -> open(name, shard));
    }

    /** Leaves the logs open: they are the {@link Redex}'s. */
    @Override
    public void close() {
        streams.clear();
    }

    private ShardStream open(String name, int shard) {
        try {
            return new RedexStream(shard, redex.log(name));
        } catch (RedexException e) {
            throw new AdapterException("log does not open: log=" + name + ", cause=" + e.getMessage(), e);
        }
    }
}
