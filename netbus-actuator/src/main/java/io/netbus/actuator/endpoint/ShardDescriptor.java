package io.netbus.actuator.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.netbus.event.ShardStats;
import org.jspecify.annotations.Nullable;

/** A shard's counters at one instant, see {@link ShardStats}. */
public record ShardDescriptor(
        int shard,
        ShardStats.State state,
        long offered,
        long accepted,
        long refused,
        long timedOut,
        long duplicate,
        long rejected,
        long acknowledged,
        long lostAtClose,
        long queuedEvents,
        long queuedBytes,
        long batches,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String lastError) {

    static ShardDescriptor of(ShardStats stats) {
        return new ShardDescriptor(
                stats.shard(),
                stats.state(),
                stats.offered(),
                stats.accepted(),
                stats.refused(),
                stats.timedOut(),
                stats.duplicate(),
                stats.rejected(),
                stats.acknowledged(),
                stats.lostAtClose(),
                stats.queued(),
                stats.queuedBytes(),
                stats.batches(),
                stats.lastError());
    }
}
