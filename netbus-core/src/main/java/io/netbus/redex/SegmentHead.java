package io.netbus.redex;

/** What a segment says about itself; bytes in {@link SegmentLayout}. */
record SegmentHead(long logId, int epoch, long epochStart, long baseSequence) {

    /** The head of the next segment under the same epoch. */
    SegmentHead next(long nextSequence) {
        return new SegmentHead(logId, epoch, epochStart, nextSequence);
    }

    /** The head of a segment that starts a new epoch. */
    SegmentHead nextEpoch(long nextSequence) {
        return new SegmentHead(logId, epoch + 1, nextSequence, nextSequence);
    }

    /** What the segment's frames carry to show that they belong to this log. */
    int frameTag() {
        return Long.hashCode(logId);
    }
}
