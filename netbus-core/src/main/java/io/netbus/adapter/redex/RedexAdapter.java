package io.netbus.adapter.redex;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.AdapterException;
import io.netbus.adapter.MissingShardException;
import io.netbus.adapter.ShardStream;
import io.netbus.redex.LogConfig;
import io.netbus.redex.LogHold;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexException;
import io.netbus.redex.RedexLog;
import io.netbus.redex.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps each shard's events in a RedEX log named {@code bus/<channel>/<shard>}, and beside them, in {@code
 * bus/<channel>}, how many shards the channel has. What retention may take is events alone, never that number.
 * <b>Threads:</b> any.
 */
public final class RedexAdapter implements Adapter {

    /*
     * A channel is made by opening its shards' logs and then recording their number, forced. A crash in between leaves
     * empty logs and no record, and the channel is made anew; once the record is there, a log that is not is a loss.
     */
    private static final String PREFIX = "bus/";
    private static final Pattern CHANNEL_LOG = Pattern.compile(PREFIX + "([^/]+)");
    private static final String STARTUP = "startup";
    private static final Retention DEFAULT_RETENTION =
            Retention.all().withMaxAge(Duration.ofDays(7)).withMaxBytes(10L << 30);

    private final Redex redex;
    private final LogConfig shardLogs;
    private final Map<String, ShardStream> streams = new ConcurrentHashMap<>();
    private final List<LogHold> startupHolds = new ArrayList<>(); // guarded by itself
    private boolean deferred; // guarded by startupHolds

    /**
     * Keeps the events of each shard for 7 days, and of these the newest 10 GiB; all else is as in {@link
     * Redex#logDefaults()}.
     *
     * @param redex stays the caller's: it is not closed with the adapter
     */
    public RedexAdapter(Redex redex) {
        this(redex, redex.logDefaults().withRetention(DEFAULT_RETENTION));
    }

    /**
     * @param redex stays the caller's: it is not closed with the adapter
     * @param shardLogs the settings of every shard's log
     */
    public RedexAdapter(Redex redex, LogConfig shardLogs) {
        this.redex = redex;
        this.shardLogs = shardLogs;
    }

    /**
     * Lets no event go of the channels that are opened from now on, before {@link #startRetention()}: for an application
     * whose consumers take their holds while it starts. A hold named {@value #STARTUP} shows it.
     */
    public void deferRetention() {
        synchronized (startupHolds) {
            deferred = true;
        }
    }

    /** Lets retention begin where it was deferred. Idempotent. */
    public void startRetention() {
        synchronized (startupHolds) {
            deferred = false;
            startupHolds.forEach(LogHold::close);
            startupHolds.clear();
        }
    }

    /** The settings of every shard's log. */
    public LogConfig shardLogs() {
        return shardLogs;
    }

    @Override
    public String name() {
        return "redex";
    }

    @Override
    public List<String> channels() {
        return redex.names().stream()
                .map(CHANNEL_LOG::matcher)
                .filter(Matcher::matches)
                .map(log -> log.group(1))
                .sorted()
                .toList();
    }

    @Override
    public int open(String channel, int shardsIfNew) {
        RedexLog table = log(PREFIX + channel, redex.logDefaults().withRetention(Retention.all()));
        long records = table.nextSequence();
        int shards = records == 0 ? shardsIfNew : ChannelTable.shards(channel, table.read(records - 1));
        if (records > 0) {
            requireAll(channel, shards);
        }
        for (int shard = 0; shard < shards; shard++) {
            int number = shard;
            streams.computeIfAbsent(PREFIX + channel + "/" + shard, name -> new RedexStream(number, shardLog(name)));
        }
        if (records == 0) {
            record(table, shards);
        }
        return shards;
    }

    @Override
    public ShardStream stream(String channel, int shard) {
        ShardStream stream = streams.get(PREFIX + channel + "/" + shard);
        if (stream == null) {
            throw new IllegalArgumentException("no such shard is open: channel=" + channel + ", shard=" + shard);
        }
        return stream;
    }

    /** Leaves the logs open, and nothing of them held: they are the {@link Redex}'s. */
    @Override
    public void close() {
        startRetention();
        streams.clear();
    }

    private void requireAll(String channel, int shards) {
        List<String> names = redex.names();
        for (int shard = 0; shard < shards; shard++) {
            if (!names.contains(PREFIX + channel + "/" + shard)) {
                throw new MissingShardException("channel lacks the log of a shard: channel=" + channel + ", shard="
                        + shard + ", shards=" + shards + ", log=" + PREFIX + channel + "/" + shard);
            }
        }
    }

    private static void record(RedexLog table, int shards) {
        try {
            table.append(ChannelTable.encode(shards), 0);
            table.whenForced(table.nextSequence()).toCompletableFuture().join();
        } catch (RedexException | CompletionException e) {
            throw new AdapterException(
                    "number of shards cannot be recorded: log=" + table.name() + ", cause=" + e.getMessage(), e);
        }
    }

    /** Sweeping begins a while after a log is open, so that a hold taken at once comes first. */
    private RedexLog shardLog(String name) {
        RedexLog log = log(name, shardLogs);
        synchronized (startupHolds) {
            if (deferred) {
                startupHolds.add(log.hold(STARTUP, log.firstSequence()));
            }
        }
        return log;
    }

    private RedexLog log(String name, LogConfig config) {
        try {
            return redex.log(name, config);
        } catch (RedexException e) {
            throw new AdapterException("log does not open: log=" + name + ", cause=" + e.getMessage(), e);
        }
    }
}
