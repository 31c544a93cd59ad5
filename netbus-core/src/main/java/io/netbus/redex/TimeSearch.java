package io.netbus.redex;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds where in a log a time starts. Stamps never decrease, so it is a search by halves, then a look at some frames. */
final class TimeSearch {

    private static final int WINDOW_BYTES = 4 * 1024;

    private TimeSearch() {}

    /** The first sequence whose record is stamped at or after a time; the next sequence if there is none. */
    static long find(LogState log, long timestampNanos) throws IOException {
        while (true) {
            long next = log.nextSequence();
            Segment[] all = log.segments();
            int low = 0;
            int high = all.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (!all[middle].isEmpty() && all[middle].timestampNanos() >= timestampNanos) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            try {
                if (low == 0 && !log.archived().isEmpty()) {
                    Segment archived = archived(log, timestampNanos);
                    if (archived != null) {
                        return find(log, archived, timestampNanos);
                    }
                }
                return low == all.length ? next : Math.min(next, find(log, all[low], timestampNanos));
            } catch (IOException e) {
                if (low == all.length || !all[low].isDropped()) {
                    throw e;
                }
            }
        }
    }

    /** The first archived segment that holds a record stamped at or after a time; null if none does. */
    private static @Nullable Segment archived(LogState log, long timestampNanos) throws IOException {
        long[] bases = log.archived().bases();
        Segment found = null;
        int low = 0;
        int high = bases.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            Segment segment = log.archived().segment(bases[middle]);
            if (segment != null && segment.timestampNanos() >= timestampNanos) {
                found = segment;
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return found;
    }

    private static long find(LogState log, Segment segment, long timestampNanos) throws IOException {
        try (LogReaders.Slot slot = log.readers.open()) {
            slot.of(segment);
            long sequence = segment.baseSequence();
            long at;
            slot.enter();
            try {
                SegmentIndex index = segment.index(log.readers);
                int entry = index.before(timestampNanos);
                sequence += index.record(entry);
                at = index.offset(entry);
            } finally {
                slot.leave();
            }
            return find(log, slot, segment, timestampNanos, at, sequence);
        }
    }

    /** Goes over the frames from one on. */
    private static long find(
            LogState log, LogReaders.Slot slot, Segment segment, long timestampNanos, long offset, long from)
            throws IOException {
        long end = segment.end();
        long sequence = from;
        FrameWindow window = new FrameWindow(WINDOW_BYTES);
        for (long at = offset; at < end; at += window.frameBytes()) {
            String defect = window.head(slot, at, end, segment.head.frameTag(), sequence);
            if (defect != null && log.config.recovery() == RecoveryMode.STRICT) {
                throw CorruptLogException.of(segment.path, at, defect);
            }
            if (defect != null) {
                at = window.nextFrame(slot, at, end, segment.head.frameTag(), sequence);
                if (at < 0) {
                    return log.endOf(segment);
                }
                sequence = window.baseSequence();
            }
            if (window.timestampNanos() >= timestampNanos) {
                return sequence;
            }
            sequence += window.count();
        }
        return sequence;
    }
}
