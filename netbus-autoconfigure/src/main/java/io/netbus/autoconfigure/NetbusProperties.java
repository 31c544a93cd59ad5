package io.netbus.autoconfigure;

import io.netbus.bus.BackpressurePolicy;
import io.netbus.bus.EventBusConfig;
import io.netbus.event.EventLayout;
import io.netbus.redex.Acknowledgement;
import io.netbus.redex.Compression;
import io.netbus.redex.ForcePolicy;
import io.netbus.redex.LogArchive;
import io.netbus.redex.LogConfig;
import io.netbus.redex.RecoveryMode;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.Retention;
import io.netbus.redex.Retention.AtHardLimit;
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

    private static final DataSize LARGEST_SIZE = DataSize.ofTerabytes(1024);

    /** What a batch takes up beside its last event, amply. */
    private static final long BATCH_BYTES = 8L << 20;

    /** Rejects what no single setting shows: a budget too small for the largest payload, a limit for what is kept. */
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
        DataSize hardLimit = log.retention().hardLimit();
        long leastLimit = log.retention().maxSize().toBytes()
                + 2
                        * Math.max(
                                log.segmentSize().toBytes(),
                                BATCH_BYTES + bus.maxPayload().toBytes());
        if (hardLimit.toBytes() > 0 && hardLimit.toBytes() < leastLimit) {
            throw new InvalidPropertyException(
                    "netbus.log.retention.hard-limit",
                    hardLimit,
                    "a log that keeps netbus.log.retention.max-size="
                            + log.retention().maxSize()
                            + " would meet it without being held, in segments of netbus.log.segment-size="
                            + log.segmentSize() + " and batches with events of up to netbus.bus.max-payload="
                            + bus.maxPayload(),
                    "Set it to at least " + leastLimit + "B, or lower netbus.log.retention.max-size; 0 sets no limit.");
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
        LogConfig defaults = LogConfig.defaults();
        int largestRecord = (int) bus.maxPayload().toBytes() + EventLayout.MAX_HEAD_BYTES;
        return new RedexConfig(
                defaults.withSegmentBytes((int) log.segmentSize().toBytes())
                        .withMaxPayloadBytes(Math.max(defaults.maxPayloadBytes(), largestRecord))
                        .withWriteMode(log.writeMode())
                        .withAcknowledgement(log.acknowledgement())
                        .withForcePolicy(log.toForcePolicy())
                        .withCompression(log.compression())
                        .withRecovery(log.recovery()),
                log.lockWait(),
                log.allowNetworkFileSystem(),
                log.archive());
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
     * @param acknowledgement What an append has survived when it returns that asks for nothing else, such as that of a
     *     shard's batch. Models and 'publish' say for themselves what they wait for.
     * @param force When records are forced to the disk that nobody waits for.
     * @param forceInterval Longest time until what was written survives a power cut, with force 'interval' and
     *     'interval-or-bytes'; 1 ms to 1 hour.
     * @param forceBytes Number of unforced bytes at which a log is forced with force 'interval-or-bytes', 1B or more.
     * @param forceRecords Number of unforced records at which a log is forced with force 'every-n', 1 or more.
     * @param lockWait How long to wait at startup for another application to let the directory go, up to 1 hour.
     * @param allowNetworkFileSystem Whether the directory may be on a network file system, where locks and power cuts may
     *     cost records.
     * @param writeMode How records get into files: by storing into mapped memory, or by a system call for each batch.
     * @param compression How the records of a batch are stored: as they are, or compressed if that makes them shorter.
     * @param recovery What to do with damage that no crash explains: keep the log closed, or go on around it.
     * @param archiveDirectory Directory that takes what retention lets go of, and from which it is still read. By default it
     *     is deleted.
     * @param retention What the log of a channel's shard keeps.
     */
    public record Log(
            @DefaultValue("disk") Storage storage,
            @DefaultValue("./data/netbus") String directory,
            @DefaultValue("128MB") DataSize segmentSize,
            @DefaultValue("written") Acknowledgement acknowledgement,
            @DefaultValue("interval") Force force,
            @DefaultValue("1s") Duration forceInterval,
            @DefaultValue("16MB") DataSize forceBytes,
            @DefaultValue("1000") int forceRecords,
            @DefaultValue("10s") Duration lockWait,
            @DefaultValue("false") boolean allowNetworkFileSystem,
            @DefaultValue("mapped") WriteMode writeMode,
            @DefaultValue("none") Compression compression,
            @DefaultValue("strict") RecoveryMode recovery,
            @Nullable String archiveDirectory,
            @DefaultValue RetentionProperties retention) {

        /** Rejects values outside the ranges above. */
        public Log {
            requireRange("netbus.log.segment-size", segmentSize, DataSize.ofKilobytes(64), DataSize.ofGigabytes(1));
            requireRange("netbus.log.force-interval", forceInterval, Duration.ofMillis(1), Duration.ofHours(1));
            requireRange("netbus.log.force-bytes", forceBytes, DataSize.ofBytes(1), LARGEST_SIZE);
            requireRange("netbus.log.force-records", forceRecords, 1, Integer.MAX_VALUE);
            requireRange("netbus.log.lock-wait", lockWait, Duration.ZERO, Duration.ofHours(1));
            toPath("netbus.log.directory", directory);
            if (archiveDirectory != null) {
                toPath("netbus.log.archive-directory", archiveDirectory);
            }
        }

        /** The directory, seen from the process's working directory if it is relative. */
        Path path() {
            return toPath("netbus.log.directory", directory);
        }

        /** The archive; null if there is none. */
        @Nullable
        LogArchive archive() {
            return archiveDirectory == null
                    ? null
                    : LogArchive.in(toPath("netbus.log.archive-directory", archiveDirectory));
        }

        ForcePolicy toForcePolicy() {
            return switch (force) {
                case INTERVAL -> ForcePolicy.interval(forceInterval);
                case INTERVAL_OR_BYTES -> ForcePolicy.intervalOrBytes(forceInterval, forceBytes.toBytes());
                case EVERY_N -> ForcePolicy.every(forceRecords);
                case EACH_APPEND -> ForcePolicy.eachAppend();
                case NEVER -> ForcePolicy.never();
            };
        }

        /** When records are forced that nobody waits for. */
        public enum Force {
            /** Once the oldest unforced record is so old. */
            INTERVAL,
            /** Once the oldest unforced record is so old, or so many bytes are unforced. */
            INTERVAL_OR_BYTES,
            /** Once so many records are unforced. */
            EVERY_N,
            /** With every append, which waits for it. */
            EACH_APPEND,
            /** When a segment is full, on close, and when asked. */
            NEVER
        }

        /** Where the logs live. */
        public enum Storage {
            /** In files of the directory. */
            DISK,
            /** In the heap; nothing survives the application. */
            MEMORY
        }
    }

    /**
     * Settings under {@code netbus.log.retention}.
     *
     * @param maxAge How long events are kept, by the time they were written, up to 36500 days; 0 sets no limit.
     * @param maxSize How many bytes of the newest events each shard's log keeps, up to 1024TB; 0 sets no limit.
     * @param maxRecords How many of the newest events each shard's log keeps; 0 sets no limit.
     * @param hardLimit Most bytes that each shard's log may ever take up, held back or not, up to 1024TB; 0 sets no limit.
     * @param atHardLimit What gives way at the hard limit.
     */
    public record RetentionProperties(
            @DefaultValue("7d") Duration maxAge,
            @DefaultValue("10GB") DataSize maxSize,
            @DefaultValue("0") long maxRecords,
            @DefaultValue("0B") DataSize hardLimit,
            @DefaultValue("refuse") AtHardLimit atHardLimit) {

        /** Rejects values outside the ranges above. */
        public RetentionProperties {
            requireRange("netbus.log.retention.max-age", maxAge, Duration.ZERO, Duration.ofDays(36_500));
            requireRange("netbus.log.retention.max-size", maxSize, DataSize.ofBytes(0), LARGEST_SIZE);
            requireRange(
                    "netbus.log.retention.max-records",
                    maxRecords,
                    0L,
                    Long.MAX_VALUE,
                    "0",
                    String.valueOf(Long.MAX_VALUE));
            requireRange("netbus.log.retention.hard-limit", hardLimit, DataSize.ofBytes(0), LARGEST_SIZE);
        }

        /** The same as the logs understand it. */
        Retention toRetention() {
            Retention all = Retention.all();
            return new Retention(
                    maxAge.isZero() ? all.maxAge() : maxAge,
                    limit(maxSize.toBytes()),
                    limit(maxRecords),
                    limit(hardLimit.toBytes()),
                    atHardLimit);
        }

        private static long limit(long value) {
            return value == 0 ? Retention.UNLIMITED : value;
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
        if (size.toTerabytes() > 0) {
            return size.toTerabytes() + "TB";
        }
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
