package io.netbus.autoconfigure;

import io.netbus.bus.BackpressurePolicy;
import io.netbus.bus.EventBusConfig;
import io.netbus.event.EventLayout;
import io.netbus.redex.LogConfig;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.WriteMode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings under {@code netbus}. {@code docs/reference/configuration.md} shows all of them with their defaults.
 *
 * @param bus Settings of the event bus and of every channel.
 * @param log Settings of the logs.
 */
@ConfigurationProperties("netbus")
public record NetbusProperties(
        @DefaultValue Bus bus, @DefaultValue Log log) {

    /** Rejects what no single setting shows: a budget too small for the largest payload. */
    public NetbusProperties {
        long leastBudget =
                EventBusConfig.minShardBudgetBytes((int) bus.maxPayload().toBytes());
        if (bus.shardBudget().toBytes() < leastBudget) {
            throw new InvalidPropertyException(
                    "netbus.bus.shard-budget",
                    bus.shardBudget(),
                    "an event of the largest payload, netbus.bus.max-payload=" + bus.maxPayload()
                            + ", might never find room in it",
                    "Set it to at least " + leastBudget + "B, or lower netbus.bus.max-payload.");
        }
    }

    /** The same as the bus understands it. */
    EventBusConfig toEventBusConfig() {
        Integer shards = bus.shards();
        return new EventBusConfig(
                shards == null ? EventBusConfig.defaults().shards() : shards,
                (int) bus.shardBudget().toBytes(),
                (int) bus.maxPayload().toBytes(),
                bus.maxBatchEvents(),
                switch (bus.backpressure()) {
                    case BLOCK -> BackpressurePolicy.block(bus.backpressureTimeout());
                    case FAIL -> BackpressurePolicy.fail();
                },
                bus.idempotencyWindow(),
                bus.closeTimeout());
    }

    /** The same as the logs understand it: with room for the head of an event of the largest payload. */
    RedexConfig toRedexConfig() {
        return RedexConfig.defaults()
                .withSegmentBytes((int) log.segmentSize().toBytes())
                .withMaxPayloadBytes(Math.max(
                        LogConfig.defaults().maxPayloadBytes(),
                        (int) bus.maxPayload().toBytes() + EventLayout.MAX_HEAD_BYTES))
                .withForceInterval(log.forceInterval())
                .withLockWait(log.lockWait())
                .withWriteMode(log.writeMode())
                .withAllowNetworkFileSystem(log.allowNetworkFileSystem());
    }

    /**
     * Settings under {@code netbus.bus}.
     *
     * @param shards Number of shards of a new channel, 1 to 1024; a channel that exists keeps its own. Defaults to the
     *     number of processors, at most 16.
     * @param shardBudget Memory the queued events of one shard may take, up to 1GB; at least 1MB and twice the largest
     *     payload.
     * @param maxPayload Largest payload of an event, 1B to 64MB.
     * @param maxBatchEvents Most events written to a log at once, 1 to 1000000.
     * @param backpressure What happens to an event whose shard has used up its budget.
     * @param backpressureTimeout Longest wait for room with backpressure 'block', above 0 and up to 1 hour.
     * @param idempotencyWindow How long the id of an event is remembered, up to 365 days; 0 forgets at once.
     * @param closeTimeout Longest wait for queued events when the application stops, up to 1 hour.
     */
    public record Bus(
            @Nullable Integer shards,
            @DefaultValue("32MB") DataSize shardBudget,
            @DefaultValue("1MB") DataSize maxPayload,
            @DefaultValue("10000") int maxBatchEvents,
            @DefaultValue("block") Backpressure backpressure,
            @DefaultValue("1s") Duration backpressureTimeout,
            @DefaultValue("7d") Duration idempotencyWindow,
            @DefaultValue("30s") Duration closeTimeout) {

        /** Rejects values outside the ranges above. */
        public Bus {
            if (shards != null) {
                requireRange("netbus.bus.shards", shards, 1, 1024);
            }
            requireRange("netbus.bus.shard-budget", shardBudget, DataSize.ofMegabytes(1), DataSize.ofGigabytes(1));
            requireRange("netbus.bus.max-payload", maxPayload, DataSize.ofBytes(1), DataSize.ofMegabytes(64));
            requireRange("netbus.bus.max-batch-events", maxBatchEvents, 1, 1_000_000);
            requireRange(
                    "netbus.bus.backpressure-timeout", backpressureTimeout, Duration.ofNanos(1), Duration.ofHours(1));
            requireRange("netbus.bus.idempotency-window", idempotencyWindow, Duration.ZERO, Duration.ofDays(365));
            requireRange("netbus.bus.close-timeout", closeTimeout, Duration.ZERO, Duration.ofHours(1));
        }

        /** What happens to an event whose shard has used up its budget. */
        public enum Backpressure {
            /** The caller waits for room, and is refused when the timeout is over. */
            BLOCK,
            /** The caller is refused at once. */
            FAIL
        }
    }

    /**
     * Settings under {@code netbus.log}.
     *
     * @param storage Where the logs live; in memory nothing survives the application.
     * @param directory Directory of the logs on disk, created if it is missing; one application at a time.
     * @param segmentSize Size at which a log goes on in a new file, 64KB to 1GB.
     * @param forceInterval Longest time until what was written survives a power cut, 1 ms to 1 hour.
     * @param lockWait How long to wait at startup for another application to let the directory go, up to 1 hour.
     * @param allowNetworkFileSystem Whether the directory may be on a network file system, where locks and power cuts may
     *     cost records.
     * @param writeMode How records get into files: by storing into mapped memory, or by a system call for each batch.
     */
    public record Log(
            @DefaultValue("disk") Storage storage,
            @DefaultValue("./data/netbus") String directory,
            @DefaultValue("128MB") DataSize segmentSize,
            @DefaultValue("1s") Duration forceInterval,
            @DefaultValue("10s") Duration lockWait,
            @DefaultValue("false") boolean allowNetworkFileSystem,
            @DefaultValue("mapped") WriteMode writeMode) {

        /** Rejects values outside the ranges above. */
        public Log {
            requireRange("netbus.log.segment-size", segmentSize, DataSize.ofKilobytes(64), DataSize.ofGigabytes(1));
            requireRange("netbus.log.force-interval", forceInterval, Duration.ofMillis(1), Duration.ofHours(1));
            requireRange("netbus.log.lock-wait", lockWait, Duration.ZERO, Duration.ofHours(1));
            toPath("netbus.log.directory", directory);
        }

        /** The directory, seen from the process's working directory if it is relative. */
        Path path() {
            return toPath("netbus.log.directory", directory);
        }

        /** Where the logs live. */
        public enum Storage {
            /** In files of the directory. */
            DISK,
            /** In the heap; nothing survives the application. */
            MEMORY
        }
    }

    private static void requireRange(String property, int value, int min, int max) {
        requireRange(property, value, min, max, String.valueOf(min), String.valueOf(max));
    }

    private static void requireRange(String property, DataSize value, DataSize min, DataSize max) {
        requireRange(property, value, min, max, text(min), text(max));
    }

    private static void requireRange(String property, Duration value, Duration min, Duration max) {
        requireRange(property, value, min, max, min.toString(), max.toString());
    }

    private static <T extends Comparable<? super T>> void requireRange(
            String property, T value, T min, T max, String minText, String maxText) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new InvalidPropertyException(
                    property,
                    value,
                    "it is out of range",
                    "Set it to a value from " + minText + " to " + maxText + ".");
        }
    }

    private static String text(DataSize size) {
        long mebibytes = size.toMegabytes();
        if (mebibytes > 0) {
            return mebibytes + "MB";
        }
        return size.toKilobytes() > 0 ? size.toKilobytes() + "KB" : size.toBytes() + "B";
    }

    private static Path toPath(String property, String value) {
        if (value.isBlank()) {
            throw new InvalidPropertyException(property, value, "it is blank", "Set it to the path of a directory.");
        }
        try {
            return Path.of(value).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new InvalidPropertyException(
                    property, value, "it is no path: " + e.getReason(), "Set it to the path of a directory.");
        }
    }
}
