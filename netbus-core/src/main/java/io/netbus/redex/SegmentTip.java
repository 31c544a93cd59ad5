package io.netbus.redex;

import org.jspecify.annotations.Nullable;

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
        OPEN(0),

        /** Nothing: the log ends here. */
        END(1),

        /** Another segment, whose head is forced, and nothing more in this one. */
        FOLLOWED(2);

        final int code;

        State(int code) {
            this.code = code;
        }

        /** The state with that code; null if there is none. */
        static @Nullable State of(int code) {
            for (State state : values()) {
                if (state.code == code) {
                    return state;
                }
            }
            return null;
        }
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
