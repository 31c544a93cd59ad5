package io.netbus.redex;

import java.io.IOException;
import java.util.Arrays;

/**
 * Where to start looking for a record, or for a time, in a segment.
 * <p>
 * <b>Threads:</b> one adds, any number look up.
 */
final class SegmentIndex {

    /*
     * One entry per 32 KiB of frames, a long each: the frame's first record, counted from the segment's first, in the
     * upper half and the frame's offset in the lower, and its timestamp beside it. An entry is stored before the count
     * that shows it, and arrays only ever give way to longer copies, so who reads the count first finds at least that many
     * entries.
     */
    static final int INTERVAL_BYTES = 32 * 1024;

    private volatile long[] entries = new long[8];
    private volatile long[] stamps = new long[8];
    private volatile int count;

    private long nextOffset; // of the adder

    /**
     * Goes over a segment's frames up to its end, looking at their heads only. Stops at a damaged one, which who reads
     * that far will meet; frames that are added later can be found.
     */
    static SegmentIndex read(Segment segment, SegmentStore store) throws IOException {
        SegmentIndex index = new SegmentIndex();
        if (segment.isEmpty()) {
            return index;
        }
        index.add(0, SegmentLayout.HEAD_BYTES, Long.MIN_VALUE);
        FrameWindow window = new FrameWindow(INTERVAL_BYTES);
        long end = segment.end();
        long sequence = segment.baseSequence();
        try (SegmentFile file = store.openForReading(segment.path)) {
            for (long at = SegmentLayout.HEAD_BYTES; at < end; at += window.frameBytes()) {
                String defect = window.head(file, at, end, segment.head.frameTag(), sequence);
                if (defect != null) {
                    index.nextOffset = end;
                    return index;
                }
                index.add(sequence - segment.baseSequence(), at, window.timestampNanos());
                sequence += window.count();
            }
        }
        return index;
    }

    /** Called for every frame in order; keeps one in a while. */
    void add(long record, long offset, long timestampNanos) {
        if (offset < nextOffset) {
            return;
        }
        int size = count;
        long[] array = entries;
        if (size == array.length) {
            array = Arrays.copyOf(array, 2 * size);
            entries = array;
            stamps = Arrays.copyOf(stamps, 2 * size);
        }
        stamps[size] = timestampNanos;
        array[size] = record << 32 | offset;
        count = size + 1;
        nextOffset = offset + INTERVAL_BYTES;
    }

    /** The last kept frame whose first record is at or below that one, in the form of {@link #record} and {@link #offset}. */
    long floor(long record) {
        int low = 0;
        int high = count - 1;
        long[] array = entries;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (record(array[middle]) <= record) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return array[low];
    }

    /** The last kept frame that is stamped before a time; the segment's first if none is. */
    long before(long timestampNanos) {
        int low = 0;
        int high = count - 1;
        long[] array = entries;
        long[] times = stamps;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (times[middle] < timestampNanos) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return array[low];
    }

    static long record(long entry) {
        return entry >>> 32;
    }

    static long offset(long entry) {
        return entry & 0xFFFF_FFFFL;
    }
}
