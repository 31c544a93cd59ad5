package io.netbus.redex.index;

import java.nio.ByteBuffer;

/**
 * Says what a record of the log changes in the index. The same record must always say the same: an index is built anew
 * by reading the log again. <b>Threads:</b> the index's own, one record at a time.
 */
@FunctionalInterface
public interface IndexProjection<K, V> {

    /**
     * Reads one record. If this throws, the record changes nothing, is counted as bad, and the index goes on with the next.
     *
     * @param timestampNanos nanoseconds since 1970
     * @param payload read-only, from position to limit; valid only during the call
     * @param changes takes what the record changes; valid only during the call
     */
    void project(long sequence, long timestampNanos, ByteBuffer payload, Changes<K, V> changes) throws Exception;

    /** What one record changes, in the order of the calls; readers see all of it at once. */
    interface Changes<K, V> {

        /** Adds a value to a key's set; nothing if it is there. Both need {@code equals} and {@code hashCode}. */
        void insert(K key, V value);

        /** Takes a value out of a key's set; nothing if it is not there. A set that is empty vanishes with its key. */
        void remove(K key, V value);
    }
}
