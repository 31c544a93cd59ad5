package io.netbus.redex;

/** What reading one sequence found. */
public sealed interface ReadResult {

    /**
     * The record is there.
     *
     * @param timestampNanos nanoseconds since 1970
     * @param payload the caller's own copy; two results with equal bytes in it are not equal
     */
    @SuppressWarnings("ArrayRecordComponent") // wrapping it would hide that it is the caller's
    record Present(long sequence, long timestampNanos, byte[] payload) implements ReadResult {}

    /** The record was there, and is no longer kept; the lowest that is has {@code firstSequence}. */
    record Evicted(long sequence, long firstSequence) implements ReadResult {}

    /** There never was such a record: the sequence is negative, or not below {@code nextSequence}. */
    record Absent(long sequence, long firstSequence, long nextSequence) implements ReadResult {}

    /** The record was there, and is damaged, or the file that held it is missing. */
    record Corrupt(long sequence, String reason) implements ReadResult {}
}
