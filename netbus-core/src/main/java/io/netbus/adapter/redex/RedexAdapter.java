package io.netbus.adapter.redex;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.AdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keeps each shard's events in a RedEX log named {@code bus/<channel>/<shard>}. <b>Threads:</b> any.
 */
public final class RedexAdapter implements Adapter {

    private static final String PREFIX = "bus/";
    private static final Pattern SHARD_LOG = Pattern.compile(PREFIX + "([^/]+)/(0|[1-9][0-9]{0,8})");

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
        return shardLogs().map(log -> log.group(1)).distinct().sorted().toList();
    }

    @Override
    public int shards(String channel) {
        return shardLogs()
                .filter(log -> log.group(1).equals(channel))
                .mapToInt(log -> Integer.parseInt(log.group(2)) + 1)
                .max()
                .orElse(0);
    }

    /** Other logs may lie beside those of the bus, whatever their names. */
    private Stream<MatchResult> shardLogs() {
        return redex.names().stream()
                .map(SHARD_LOG::matcher)
                .filter(Matcher::matches)
                .map(Matcher::toMatchResult);
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
