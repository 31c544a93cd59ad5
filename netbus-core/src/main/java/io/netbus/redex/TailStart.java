package io.netbus.redex;

/** Where a tail starts. What depends on the log's content is looked up for each subscriber, when it subscribes. */
public sealed interface TailStart {

    /** With the first record that can be read. */
    static TailStart beginning() {
        return new Beginning();
    }

    /** Behind the last record: with the next that is appended. */
    static TailStart end() {
        return new End();
    }

    /**
     * With the record of that sequence, which may lie beyond the end; the tail then waits for it. If it is no longer kept, the
     * subscriber gets a {@link HistoryLostException}.
     *
     * @throws IllegalArgumentException if negative
     */
    static TailStart at(long sequence) {
        return new At(sequence);
    }

    /**
     * With the first record stamped at that time or later; behind the last record if there is none.
     *
     * @param timestampNanos nanoseconds since 1970
     */
    static TailStart since(long timestampNanos) {
        return new Since(timestampNanos);
    }

    /** See {@link TailStart#beginning()}. */
    record Beginning() implements TailStart {}

    /** See {@link TailStart#end()}. */
    record End() implements TailStart {}

    /** See {@link TailStart#at(long)}. */
    record At(long sequence) implements TailStart {

        /** Rejects negative sequences. */
        public At {
            if (sequence < 0) {
                throw new IllegalArgumentException("sequence must not be negative: sequence=" + sequence);
            }
        }
    }

    /** See {@link TailStart#since(long)}. */
    record Since(long timestampNanos) implements TailStart {}
}
