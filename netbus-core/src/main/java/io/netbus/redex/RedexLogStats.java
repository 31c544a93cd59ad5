package io.netbus.redex;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A log's numbers at one moment.
 *
 * @param bytes size of its records and their frames, on disk or in memory
 * @param segments number of files, or of memory chunks
 * @param unforcedBytes how many of the bytes a power cut could take now
 * @param unforcedNanos for how long the oldest of them has waited; 0 if there is none
 * @param lastForceNanos how long the last force took; 0 before the first
 * @param quarantinedBytes bytes of torn tails that recovery moved aside since the log exists
 * @param damagedRecords how many records readers have found damaged since the log is open, in its first 10,000 {@link LogHole
 *     holes}
 * @param archivedSegments how many segments are in the archive, beside the log's own
 * @param archiveFailures how often one could not be stored there, since the log is open
 * @param holds who keeps records from retention, by owner
 * @param brokenHolds how often the hard limit took records that were held
 * @param failure why it only reads; null while it is healthy
 */
public record RedexLogStats(
        String name,
        int epoch,
        long firstSequence,
        long nextSequence,
        long forcedSequence,
        long bytes,
        int segments,
        long unforcedBytes,
        long unforcedNanos,
        long lastForceNanos,
        long quarantinedBytes,
        long damagedRecords,
        int archivedSegments,
        long archiveFailures,
        List<Hold> holds,
        long brokenHolds,
        @Nullable String failure) {

    /** See {@link LogHold}; {@code ageNanos} is how long ago it was taken. */
    public record Hold(String owner, long sequence, long ageNanos, boolean broken) {}

    /** Copies the list. */
    public RedexLogStats {
        holds = List.copyOf(holds);
    }
}
