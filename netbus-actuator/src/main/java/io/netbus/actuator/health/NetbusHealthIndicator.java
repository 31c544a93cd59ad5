package io.netbus.actuator.health;

import io.netbus.bus.EventBus;
import io.netbus.bus.EventChannel;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.bridge.BridgeStats;
import io.netbus.cortex.fold.FoldStats;
import io.netbus.event.ShardStats;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexLog;
import io.netbus.redex.RedexLogStats;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Down while a shard, a log, a fold or a bridge has failed for good, and says which and why; up while all work, or try
 * again by themselves.
 */
public final class NetbusHealthIndicator extends AbstractHealthIndicator {

    private final EventBus bus;
    private final @Nullable Redex redex;
    private final @Nullable Cortex cortex;

    /**
     * @param redex null if there are no logs to look at
     * @param cortex null if there are no models to look at
     */
    public NetbusHealthIndicator(EventBus bus, @Nullable Redex redex, @Nullable Cortex cortex) {
        super("netbus could not be looked at");
        this.bus = bus;
        this.redex = redex;
        this.cortex = cortex;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Map<String, String> failures = new TreeMap<>();
        long queued = 0;
        for (EventChannel channel : bus.channels()) {
            for (ShardStats shard : channel.stats()) {
                queued += shard.queued();
                if (shard.state() == ShardStats.State.FAILED) {
                    failures.put("shard " + channel.name() + "/" + shard.shard(), reason(shard.lastError()));
                }
            }
        }
        for (RedexLog log : redex == null ? List.<RedexLog>of() : redex.logs()) {
            RedexLogStats stats = log.stats();
            if (stats.failure() != null) {
                failures.put("log " + stats.name(), stats.failure());
            }
        }
        if (cortex != null) {
            lookAtModels(cortex, failures);
        }
        builder.status(failures.isEmpty() ? "UP" : "DOWN")
                .withDetail("channels", bus.channels().size())
                .withDetail("queuedEvents", queued);
        if (!failures.isEmpty()) {
            builder.withDetail("failures", failures);
        }
    }

    private static void lookAtModels(Cortex cortex, Map<String, String> failures) {
        for (FoldStats fold : cortex.folds()) {
            if (fold.state() == FoldStats.State.HALTED) {
                failures.put("fold " + fold.name(), reason(fold.lastError()));
            }
        }
        for (BridgeStats bridge : cortex.bridges()) {
            if (bridge.state() == BridgeStats.State.FAILED) {
                failures.put("bridge " + bridge.name(), reason(bridge.lastError()));
            }
        }
    }

    private static String reason(@Nullable String error) {
        return error == null ? "unknown" : error;
    }
}
