package io.netbus.redex;

import java.nio.ByteBuffer;

/** Finds a record by its stamp. Stamps never decrease within a log, so it reads a record for each halving. */
final class StampSearch {

    private StampSearch() {}

    /** The first sequence stamped at that time or later; the next sequence if there is none. */
    static long sequenceAt(RedexLog log, long timestampNanos) {
        long low = log.firstSequence();
        long high = log.nextSequence();
        Stamp stamp = new Stamp();
        try (LogCursor cursor = log.cursor(low)) {
            while (low < high) {
                long middle = (low + high) >>> 1;
                cursor.seek(middle);
                cursor.read(stamp, 1);
                if (stamp.nanos >= timestampNanos) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
        }
        return low;
    }

    /** Keeps the stamp of the last record read. */
    private static final class Stamp implements LogCursor.RecordReader {

        private long nanos;

        @Override
        public boolean accept(long sequence, long timestampNanos, ByteBuffer payload) {
            nanos = timestampNanos;
            return false;
        }
    }
}
