package io.netbus.redex;

/**
 * How far a segment is known to be forced; bytes in {@link TipLayout}. Damage below it is damage; what a crash left
 * behind it is a torn tail.
 *
 * @param exact whether the segment holds nothing behind it
 */
record SegmentTip(
        long generation,
        long end,
        long nextSequence,
        long timestampNanos,
        int frameBytes,
        int frameCrc,
        boolean exact) {

    /** Of a segment without frames. */
    static SegmentTip empty(long baseSequence, long timestampNanos, boolean exact) {
        return new SegmentTip(1, SegmentLayout.HEAD_BYTES, baseSequence, timestampNanos, 0, 0, exact);
    }

    /** Offset of the frame this tip vouches for last. */
    long frameOffset() {
        return end - frameBytes;
    }

    SegmentTip withExact(boolean isExact) {
        return new SegmentTip(generation + 1, end, nextSequence, timestampNanos, frameBytes, frameCrc, isExact);
    }
}
