package io.netbus.redex;

/**
 * What came of reading every byte of a log.
 *
 * @param firstSequence of the oldest record that should be there
 * @param nextSequence behind the last that should be there, or that follows the durable tip whole
 * @param wholeRecords how many of them can be read
 * @param lostRecords how many of them cannot
 * @param unforcedRecords how many of the whole ones lie behind the durable tip
 * @param bytes how much was read
 * @param damages number of findings of {@link LogFinding.Kind#DAMAGE}
 * @param notes number of all other findings
 */
public record LogVerdict(
        String log,
        LogInfo.Condition condition,
        int epoch,
        long firstSequence,
        long nextSequence,
        long wholeRecords,
        long lostRecords,
        long unforcedRecords,
        int segments,
        long bytes,
        long damages,
        long notes) {}
