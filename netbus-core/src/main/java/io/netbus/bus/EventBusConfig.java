package io.netbus.bus;

import io.netbus.event.EventLayout;
import io.netbus.shard.Shard;
import java.time.Duration;
import java.util.Objects;

/**
 * Immutable settings of an {@link EventBus}.
 *
 * @param shards shards of a channel that is new; 1 to 1,024, default the number of processors, at most 16. A channel
 *     that exists keeps the number it was made with
 * @param shardBudgetBytes memory the events queued in one shard may take; from {@link #minShardBudgetBytes(int)} to
 *     1 GiB, default 32 MiB
 * @param maxPayloadBytes largest payload; 1 byte to 64 MiB, default 1 MiB
 * @param maxBatchEvents most events handed to the adapter at once; 1 to 1,000,000, default 10,000
 * @param backpressure what happens when the budget is used up; default block for 1 s
 * @param idempotencyWindow how long an event's id is remembered; 0 forgets at once, default 7 days
 * @param closeTimeout how long {@link EventBus#close()} works on what is queued; default 30 s
 */
public record EventBusConfig(
        int shards,
        int shardBudgetBytes,
        int maxPayloadBytes,
        int maxBatchEvents,
        BackpressurePolicy backpressure,
        Duration idempotencyWindow,
        Duration closeTimeout) {

    private static final int MIB = 1024 * 1024;
    private static final int MAX_DEFAULT_SHARDS = 16;

    /** Rejects values outside the ranges above. */
    public EventBusConfig {
        requireRange("shards", shards, 1, 1024);
        requireRange("maxPayloadBytes", maxPayloadBytes, 1, 64 * MIB);
        requireRange("shardBudgetBytes", shardBudgetBytes, minShardBudgetBytes(maxPayloadBytes), 1024 * MIB);
        requireRange("maxBatchEvents", maxBatchEvents, 1, 1_000_000);
        Objects.requireNonNull(backpressure, "backpressure");
        if (idempotencyWindow.isNegative()) {
            throw new IllegalArgumentException(
                    "idempotencyWindow must not be negative: idempotencyWindow=" + idempotencyWindow);
        }
        if (closeTimeout.isNegative()) {
            throw new IllegalArgumentException("closeTimeout must not be negative: closeTimeout=" + closeTimeout);
        }
    }

    /** The defaults named above. */
    public static EventBusConfig defaults() {
        return new EventBusConfig(
                Math.min(Runtime.getRuntime().availableProcessors(), MAX_DEFAULT_SHARDS),
                32 * MIB,
                MIB,
                10_000,
                BackpressurePolicy.block(Duration.ofSeconds(1)),
                Duration.ofDays(7),
                Duration.ofSeconds(30));
    }

    /** A copy with another {@link #shards()}. */
    public EventBusConfig withShards(int number) {
        return new EventBusConfig(
                number,
                shardBudgetBytes,
                maxPayloadBytes,
                maxBatchEvents,
                backpressure,
                idempotencyWindow,
                closeTimeout);
    }

    /** A copy with another {@link #shardBudgetBytes()}. */
    public EventBusConfig withShardBudgetBytes(int bytes) {
        return new EventBusConfig(
                shards, bytes, maxPayloadBytes, maxBatchEvents, backpressure, idempotencyWindow, closeTimeout);
    }

    /** A copy with another {@link #maxPayloadBytes()}. */
    public EventBusConfig withMaxPayloadBytes(int bytes) {
        return new EventBusConfig(
                shards, shardBudgetBytes, bytes, maxBatchEvents, backpressure, idempotencyWindow, closeTimeout);
    }

    /** A copy with another {@link #maxBatchEvents()}. */
    public EventBusConfig withMaxBatchEvents(int events) {
        return new EventBusConfig(
                shards, shardBudgetBytes, maxPayloadBytes, events, backpressure, idempotencyWindow, closeTimeout);
    }

    /** A copy with another {@link #backpressure()}. */
    public EventBusConfig withBackpressure(BackpressurePolicy policy) {
        return new EventBusConfig(
                shards, shardBudgetBytes, maxPayloadBytes, maxBatchEvents, policy, idempotencyWindow, closeTimeout);
    }

    /** A copy with another {@link #idempotencyWindow()}. */
    public EventBusConfig withIdempotencyWindow(Duration window) {
        return new EventBusConfig(
                shards, shardBudgetBytes, maxPayloadBytes, maxBatchEvents, backpressure, window, closeTimeout);
    }

    /** A copy with another {@link #closeTimeout()}. */
    public EventBusConfig withCloseTimeout(Duration timeout) {
        return new EventBusConfig(
                shards, shardBudgetBytes, maxPayloadBytes, maxBatchEvents, backpressure, idempotencyWindow, timeout);
    }

    /** The memory below which an event of the largest payload might never find room in its shard. */
    public static long minShardBudgetBytes(int maxPayloadBytes) {
        return Shard.minBudgetBytes(maxPayloadBytes + EventLayout.MAX_HEAD_BYTES);
    }

    private static void requireRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " is out of range: " + name + "=" + value + ", min=" + min + ", max=" + max);
        }
    }
}
