package io.netbus.redex;

import java.util.List;

/**
 * A log as it was found on disk, whole, forced, and ready to be appended to.
 *
 * @param segments by base sequence, none of them open
 * @param lastTimestampNanos of the last record; {@link Long#MIN_VALUE} if there is none
 * @param actions what was done to get there, in order
 */
record RecoveredLog(
        List<Segment> segments,
        long nextSequence,
        long lastTimestampNanos,
        long quarantinedBytes,
        Checkpoint checkpoint,
        List<RecoveryAction> actions) {}
