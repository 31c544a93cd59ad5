package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What a log was told and what it promised, as a list: the oracle of the crash tests. <b>Threads:</b> one at a time.
 */
final class LogModel {

    /** A record; the last of its append or not: a crash keeps all records of an append or none. */
    @SuppressWarnings("ArrayRecordComponent") // nobody else holds it
    private record Expected(long timestampNanos, byte[] payload, boolean last) {}

    private final List<Expected> records = new ArrayList<>(); // of appends that returned
    private final List<Expected> inHand = new ArrayList<>(); // of the append during which the process ended
    private long lastTimestampNanos = Long.MIN_VALUE;
    private long firstAtLeast; // records below must not be there any more
    private long firstAtMost; // records from here on must not be dropped by retention
    private long takenBack = Long.MAX_VALUE; // records from here on may be gone
    private long forced;
    private int epoch;
    private long epochStart;

    LogModel copy() {
        LogModel copy = new LogModel();
        copy.records.addAll(records);
        copy.inHand.addAll(inHand);
        copy.lastTimestampNanos = lastTimestampNanos;
        copy.firstAtLeast = firstAtLeast;
        copy.firstAtMost = firstAtMost;
        copy.takenBack = takenBack;
        copy.forced = forced;
        copy.epoch = epoch;
        copy.epochStart = epochStart;
        return copy;
    }

    /** The sequence of the next record; all below were visible. */
    long visible() {
        return records.size();
    }

    /** All records below were promised to survive a power cut. */
    long forced() {
        return forced;
    }

    // --- what the log is told

    void appending(List<byte[]> payloads, long timestampNanos) {
        inHand.clear();
        long stamp = Math.max(lastTimestampNanos, timestampNanos);
        for (int i = 0; i < payloads.size(); i++) {
            inHand.add(new Expected(stamp, payloads.get(i), i == payloads.size() - 1));
        }
    }

    /** The append in hand returned that sequence, and the process still lived. */
    void appended(long sequence) {
        assertThat(sequence).as("the append's sequence").isEqualTo(visible());
        records.addAll(inHand);
        if (!inHand.isEmpty()) {
            lastTimestampNanos = inHand.get(0).timestampNanos();
        }
        inHand.clear();
    }

    /** The log said that all records below are forced. */
    void forced(long nextSequence) {
        forced = Math.max(forced, nextSequence);
    }

    /** Records from here on are to be taken back, and nobody sees them. */
    void takingBack(long sequence) {
        takenBack = sequence;
    }

    boolean isTakingBack() {
        return takenBack < Long.MAX_VALUE;
    }

    /** The log said that they are taken back. */
    void tookBack(RedexLog log) {
        assertThat(log.nextSequence()).isEqualTo(takenBack);
        assertThat(log.epoch()).as("epoch after records were taken back").isGreaterThan(epoch);
        records.subList((int) takenBack, records.size()).clear();
        lastTimestampNanos = records.isEmpty()
                ? Long.MIN_VALUE
                : records.get(records.size() - 1).timestampNanos();
        forced = Math.min(forced, takenBack);
        epoch = log.epoch();
        epochStart = log.epochStart();
        takenBack = Long.MAX_VALUE;
    }

    /** The log is asked to drop what lies below; it may do so from now on. */
    void dropping(long firstSequence) {
        firstAtMost = Math.max(firstAtMost, firstSequence);
    }

    /** The log said that it dropped what lies below, for good. */
    void dropped(long firstSequence) {
        firstAtLeast = Math.max(firstAtLeast, firstSequence);
    }

    /** An open or a close without a crash before it: all that is visible is still there, under the same epoch. */
    void unchanged(RedexLog log) {
        int before = epoch;
        opened(log, visible());
        assertThat(epoch).as("epoch after a clean close").isEqualTo(before);
    }

    // --- what is found

    /**
     * Compares with a log that was opened after a crash, and goes on from there.
     *
     * @param atLeast how many records must have survived
     */
    void opened(RedexLog log, long atLeast) {
        List<Expected> candidates = new ArrayList<>(records);
        candidates.addAll(inHand);
        long first = log.firstSequence();
        long next = log.nextSequence();
        String state = this + ", found: firstSequence=" + first + ", nextSequence=" + next + ", epoch=" + log.epoch()
                + ", epochStart=" + log.epochStart() + ", forcedSequence=" + log.forcedSequence();

        assertThat(first).as("first sequence; " + state).isBetween(firstAtLeast, firstAtMost);
        assertThat(next).as("next sequence; " + state).isBetween(Math.min(atLeast, takenBack), (long)
                candidates.size());
        boolean whole = next == 0 || candidates.get((int) next - 1).last();
        assertThat(whole).as("the last append is whole; " + state).isTrue();
        assertThat(log.forcedSequence()).as("forced sequence; " + state).isBetween(0L, next);
        assertContent(log, candidates.subList(0, (int) next), state);
        assertEpoch(log, next, state);

        candidates.subList((int) next, candidates.size()).clear();
        records.clear();
        records.addAll(candidates);
        inHand.clear();
        lastTimestampNanos =
                records.isEmpty() ? Long.MIN_VALUE : records.get((int) next - 1).timestampNanos();
        firstAtLeast = first;
        if (isTakingBack()) {
            forced = Math.min(forced, next);
            takenBack = Long.MAX_VALUE;
        }
        epoch = log.epoch();
        epochStart = log.epochStart();
        forced(log.forcedSequence());
    }

    /** All that is visible can be read from a log that was not closed since. */
    void assertContent(RedexLog log) {
        assertContent(log, records, toString());
    }

    private void assertContent(RedexLog log, List<Expected> expected, String state) {
        List<Long> sequences = new ArrayList<>();
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read(
                    (sequence, timestampNanos, payload) -> {
                        sequences.add(sequence);
                        byte[] found = new byte[payload.remaining()];
                        payload.get(found);
                        Expected record = expected.get((int) sequence);
                        assertThat(found)
                                .as("payload of " + sequence + "; " + state)
                                .isEqualTo(record.payload());
                        assertThat(timestampNanos).as("stamp of " + sequence).isEqualTo(record.timestampNanos());
                        return true;
                    },
                    Integer.MAX_VALUE);
            assertThat(sequences)
                    .as("records read; " + state)
                    .containsExactlyElementsOf(LongStream.range(log.firstSequence(), expected.size())
                            .boxed()
                            .toList());
        }
        int last = expected.size() - 1;
        if (last >= log.firstSequence()) {
            assertThat(log.read(last))
                    .as("the last record; " + state)
                    .isInstanceOfSatisfying(
                            ReadResult.Present.class,
                            found -> assertThat(found.payload())
                                    .isEqualTo(expected.get(last).payload()));
        }
        assertThat(log.read(last + 1)).isInstanceOf(ReadResult.Absent.class);
    }

    /** Whoever saw a record that is gone must learn of it: its sequence will be given to another. */
    private void assertEpoch(RedexLog log, long next, String state) {
        assertThat(log.epoch()).as("epoch; " + state).isGreaterThanOrEqualTo(epoch);
        if (next < visible()) {
            assertThat(log.epoch())
                    .as("epoch after visible records were lost; " + state)
                    .isGreaterThan(epoch);
        }
        if (log.epoch() > epoch) {
            assertThat(log.epochStart()).as("start of the new epoch; " + state).isBetween(Math.min(forced, next), next);
        } else {
            assertThat(log.epochStart()).as("start of the old epoch; " + state).isEqualTo(epochStart);
        }
    }

    @Override
    public String toString() {
        return "expected: visible=" + visible() + ", inHand=" + inHand.size() + ", forced=" + forced + ", epoch="
                + epoch + ", epochStart=" + epochStart;
    }
}
