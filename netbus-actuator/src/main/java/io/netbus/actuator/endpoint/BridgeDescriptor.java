package io.netbus.actuator.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.netbus.cortex.bridge.BridgeStats;
import org.jspecify.annotations.Nullable;

/** A bridge's numbers, see {@link BridgeStats}. */
public record BridgeDescriptor(
        String name,
        String source,
        BridgeStats.State state,
        long lag,
        long handled,
        long quarantined,
        long lost,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String error) {

    static BridgeDescriptor of(BridgeStats stats) {
        return new BridgeDescriptor(
                stats.name(),
                stats.source(),
                stats.state(),
                stats.lag(),
                stats.handled(),
                stats.quarantined(),
                stats.lost(),
                stats.lastError());
    }
}
