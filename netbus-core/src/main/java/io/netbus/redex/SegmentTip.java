package io.netbus.redex;

/**
 * How far a segment is known to be forced; bytes in {@link TipLayout}. Damage below it is damage; what a crash left
 * behind it is a torn tail.
 *
 * @param state what may follow
 */
record SegmentTip(
        long generation, long end, long nextSequence, long timestampNanos, int frameBytes, int frameCrc, State state) {

    /** What may follow a tip. */
    enum State {

        /** More frames, in this segment and in others. */
        OPEN,

        /** Nothing: the log ends here. */
        END,

        /** Another segment, whose head is forced, and nothing more in this one. */
        FOLLOWED
    }

    /** Of a segment without frames. */
    static SegmentTip empty(long baseSequence, long timestampNanos, State state) {
        return new SegmentTip(1, SegmentLayout.HEAD_BYTES, baseSequence, timestampNanos, 0, 0, state);
    }

    /** Offset of the frame this tip vouches for last. */
    long frameOffset() {
        return end - frameBytes;
    }

    /** The same, to be written after this one. */
    SegmentTip next() {
        return new SegmentTip(generation + 1, end, nextSequence, timestampNanos, frameBytes, frameCrc, state);
    }

    /** Whether the segment holds nothing behind it. */
    boolean isExact() {
        return state != State.OPEN;
    }
}
