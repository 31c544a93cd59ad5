package io.netbus.actuator.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netbus.bus.EventBus;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.bridge.BridgeStats;
import io.netbus.cortex.fold.FoldStats;
import io.netbus.event.ShardStats;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexLogStats;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Binds the {@link NetbusMeters}. Meters of one shard, log, fold or bridge that are read together tell of one instant.
 * Those of a channel, log or bridge that comes later are added when any of them is next read.
 */
public final class NetbusMetrics implements MeterBinder {

    /*
     * Every value is read from a snapshot that is taken again once it is older than a scrape takes. Taking it is also
     * when new channels and logs are seen, so that neither a thread has to look for them nor the bus to announce them.
     */
    private static final long SNAPSHOT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final double NANOS_PER_SECOND = 1e9;

    private final EventBus bus;
    private final @Nullable Redex redex;
    private final @Nullable Cortex cortex;
    private final Map<MeterRegistry, Bound> registries = new ConcurrentHashMap<>();
    private final ReentrantLock taking = new ReentrantLock();
    private volatile Snapshot snapshot; // written under taking

    /**
     * @param redex null if there are no logs to measure
     * @param cortex null if there are no models to measure
     */
    public NetbusMetrics(EventBus bus, @Nullable Redex redex, @Nullable Cortex cortex) {
        this.bus = bus;
        this.redex = redex;
        this.cortex = cortex;
        this.snapshot = Snapshot.of(bus, redex, cortex);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        registries.computeIfAbsent(registry, Bound::new).addMissing(snapshot());
    }

    private Snapshot snapshot() {
        Snapshot current = snapshot;
        if (current.isFresh()) {
            return current;
        }
        taking.lock();
        try {
            if (snapshot.isFresh()) {
                return snapshot;
            }
            current = Snapshot.of(bus, redex, cortex);
            snapshot = current;
        } finally {
            taking.unlock();
        }
        for (Bound bound : registries.values()) { // outside the lock: a registry has locks of its own
            bound.addMissing(current);
        }
        return current;
    }

    private record ShardKey(String channel, int shard) {}

    /** Everything at one moment; each part is of one instant. */
    private record Snapshot(
            long takenNanos,
            Map<ShardKey, ShardStats> shards,
            Map<String, RedexLogStats> logs,
            Map<String, FoldStats> folds,
            Map<String, BridgeStats> bridges) {

        static Snapshot of(EventBus bus, @Nullable Redex redex, @Nullable Cortex cortex) {
            Snapshot snapshot = new Snapshot(
                    System.nanoTime(),
                    new ConcurrentHashMap<>(),
                    new ConcurrentHashMap<>(),
                    new ConcurrentHashMap<>(),
                    new ConcurrentHashMap<>());
            bus.channels()
                    .forEach(channel -> channel.stats()
                            .forEach(stats -> snapshot.shards.put(new ShardKey(channel.name(), stats.shard()), stats)));
            if (redex != null) {
                redex.logs().forEach(log -> snapshot.logs.put(log.name(), log.stats()));
            }
            if (cortex != null) {
                cortex.folds().forEach(stats -> snapshot.folds.put(stats.name(), stats));
                cortex.bridges().forEach(stats -> snapshot.bridges.put(stats.name(), stats));
            }
            return snapshot;
        }

        boolean isFresh() {
            return System.nanoTime() - takenNanos < SNAPSHOT_NANOS;
        }
    }

    /** What one registry has already. A registry keeps the binder weakly and never what it measures. */
    private final class Bound {

        private final MeterRegistry registry;
        private final Collection<Object> known = ConcurrentHashMap.newKeySet();

        Bound(MeterRegistry registry) {
            this.registry = registry;
        }

        void addMissing(Snapshot now) {
            now.shards().keySet().stream().filter(known::add).forEach(this::addShard);
            now.logs().keySet().stream()
                    .filter(name -> known.add("log " + name))
                    .forEach(this::addLog);
            now.folds().keySet().stream()
                    .filter(name -> known.add("fold " + name))
                    .forEach(this::addFold);
            now.bridges().keySet().stream()
                    .filter(name -> known.add("bridge " + name))
                    .forEach(this::addBridge);
        }

        private void addShard(ShardKey key) {
            Tags tags = tag(NetbusMeters.Tag.CHANNEL, key.channel())
                    .and(tag(NetbusMeters.Tag.SHARD, Integer.toString(key.shard())));
            counter(NetbusMeters.EVENTS_OFFERED, tags, ShardStats::offered, key, Snapshot::shards);
            counter(NetbusMeters.EVENTS_ACCEPTED, tags, ShardStats::accepted, key, Snapshot::shards);
            counter(NetbusMeters.EVENTS_ACKNOWLEDGED, tags, ShardStats::acknowledged, key, Snapshot::shards);
            counter(NetbusMeters.EVENTS_LOST, reason(tags, "refused"), ShardStats::refused, key, Snapshot::shards);
            counter(NetbusMeters.EVENTS_LOST, reason(tags, "timed_out"), ShardStats::timedOut, key, Snapshot::shards);
            counter(NetbusMeters.EVENTS_LOST, reason(tags, "rejected"), ShardStats::rejected, key, Snapshot::shards);
            counter(
                    NetbusMeters.EVENTS_LOST,
                    reason(tags, "lost_at_close"),
                    ShardStats::lostAtClose,
                    key,
                    Snapshot::shards);
            gauge(NetbusMeters.SHARD_DEPTH, tags, ShardStats::queued, key, Snapshot::shards);
            gauge(NetbusMeters.SHARD_QUEUED, tags, ShardStats::queuedBytes, key, Snapshot::shards);
        }

        private void addLog(String name) {
            Tags tags = tag(NetbusMeters.Tag.LOG, name);
            gauge(NetbusMeters.LOG_SIZE, tags, RedexLogStats::bytes, name, Snapshot::logs);
            gauge(
                    NetbusMeters.LOG_UNFORCED,
                    tags,
                    stats -> stats.nextSequence() - stats.forcedSequence(),
                    name,
                    Snapshot::logs);
            gauge(NetbusMeters.LOG_UNFORCED_SIZE, tags, RedexLogStats::unforcedBytes, name, Snapshot::logs);
            gauge(
                    NetbusMeters.LOG_UNFORCED_AGE,
                    tags,
                    stats -> stats.unforcedNanos() / NANOS_PER_SECOND,
                    name,
                    Snapshot::logs);
            gauge(
                    NetbusMeters.LOG_FORCE_LAST,
                    tags,
                    stats -> stats.lastForceNanos() / NANOS_PER_SECOND,
                    name,
                    Snapshot::logs);
            gauge(NetbusMeters.LOG_HOLDS, tags, stats -> stats.holds().size(), name, Snapshot::logs);
            gauge(NetbusMeters.LOG_HELD, tags, NetbusMetrics::heldRecords, name, Snapshot::logs);
            counter(NetbusMeters.LOG_HOLDS_BROKEN, tags, RedexLogStats::brokenHolds, name, Snapshot::logs);
            gauge(NetbusMeters.LOG_QUARANTINED, tags, RedexLogStats::quarantinedBytes, name, Snapshot::logs);
        }

        private void addFold(String name) {
            Tags tags = tag(NetbusMeters.Tag.FOLD, name);
            gauge(NetbusMeters.FOLD_LAG, tags, FoldStats::lag, name, Snapshot::folds);
        }

        private void addBridge(String name) {
            Tags tags = tag(NetbusMeters.Tag.BRIDGE, name);
            gauge(NetbusMeters.BRIDGE_LAG, tags, BridgeStats::lag, name, Snapshot::bridges);
            counter(NetbusMeters.BRIDGE_LOST, tags, BridgeStats::lost, name, Snapshot::bridges);
        }

        private <K, S> void counter(
                NetbusMeters meter, Tags tags, ToLongFunction<S> value, K key, Function<Snapshot, Map<K, S>> part) {
            FunctionCounter.builder(meter.getName(), NetbusMetrics.this, metrics -> {
                        S stats = part.apply(metrics.snapshot()).get(key);
                        return stats == null ? 0 : value.applyAsLong(stats);
                    })
                    .description(meter.meaning())
                    .baseUnit(meter.getBaseUnit())
                    .tags(tags)
                    .register(registry);
        }

        private <K, S> void gauge(
                NetbusMeters meter, Tags tags, ToDoubleFunction<S> value, K key, Function<Snapshot, Map<K, S>> part) {
            Gauge.builder(meter.getName(), NetbusMetrics.this, metrics -> {
                        S stats = part.apply(metrics.snapshot()).get(key);
                        return stats == null ? Double.NaN : value.applyAsDouble(stats);
                    })
                    .description(meter.meaning())
                    .baseUnit(meter.getBaseUnit())
                    .tags(tags)
                    .register(registry);
        }
    }

    private static long heldRecords(RedexLogStats stats) {
        long lowest = stats.holds().stream()
                .mapToLong(RedexLogStats.Hold::sequence)
                .min()
                .orElse(stats.nextSequence());
        return Math.max(0, stats.nextSequence() - Math.max(lowest, stats.firstSequence()));
    }

    private static Tags reason(Tags tags, String reason) {
        return tags.and(tag(NetbusMeters.Tag.REASON, reason));
    }

    private static Tags tag(NetbusMeters.Tag tag, String value) {
        return Tags.of(tag.asString(), value);
    }
}
