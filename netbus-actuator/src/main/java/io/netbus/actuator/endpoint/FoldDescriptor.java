package io.netbus.actuator.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.netbus.cortex.fold.FoldStats;
import org.jspecify.annotations.Nullable;

/** A fold's numbers, see {@link FoldStats}. */
public record FoldDescriptor(
        String name,
        FoldStats.State state,
        long lag,
        long rows,
        long quarantined,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String error) {

    static FoldDescriptor of(FoldStats stats) {
        return new FoldDescriptor(
                stats.name(), stats.state(), stats.lag(), stats.rows(), stats.quarantined(), stats.lastError());
    }
}
