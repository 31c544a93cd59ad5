package io.netbus.actuator.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.netbus.redex.RedexLogStats;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log's numbers, see {@link RedexLogStats}. */
public record LogDescriptor(
        String name,
        long firstSequence,
        long nextSequence,
        long forcedSequence,
        long bytes,
        int segments,
        long unforcedBytes,
        long quarantinedBytes,
        long damagedRecords,
        int archivedSegments,
        List<HoldDescriptor> holds,
        long brokenHolds,
        int epoch,
        State state,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String failure) {

    /** What a log does. */
    public enum State {
        /** Takes records and gives them out. */
        OPEN,
        /** Only gives them out; see {@code failure}. */
        FAILED
    }

    static LogDescriptor of(RedexLogStats stats) {
        return new LogDescriptor(
                stats.name(),
                stats.firstSequence(),
                stats.nextSequence(),
                stats.forcedSequence(),
                stats.bytes(),
                stats.segments(),
                stats.unforcedBytes(),
                stats.quarantinedBytes(),
                stats.damagedRecords(),
                stats.archivedSegments(),
                stats.holds().stream().map(HoldDescriptor::of).toList(),
                stats.brokenHolds(),
                stats.epoch(),
                stats.failure() == null ? State.OPEN : State.FAILED,
                stats.failure());
    }
}
