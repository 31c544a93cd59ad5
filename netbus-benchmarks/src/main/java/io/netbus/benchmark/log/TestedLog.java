package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Tally;
import java.io.IOException;

/** A log under test. <b>Threads:</b> one, but where more are named. What a log has no way to do, it refuses. */
interface TestedLog extends AutoCloseable {

    /** Appends a copy of the payload. */
    void append(byte[] payload) throws Exception;

    /** Appends copies of all payloads at once, in the log's own way. */
    default void append(byte[][] payloads) throws Exception {
        throw new UnsupportedOperationException();
    }

    /** Appends a copy of the payload and returns when it is forced to disk. Any number of threads. */
    default void appendForced(byte[] payload) throws Exception {
        throw new UnsupportedOperationException();
    }

    /** Returns when all that was appended is forced to disk. */
    default void force() throws Exception {
        throw new UnsupportedOperationException();
    }

    /** Hands on what still lies in a buffer of this process. */
    default void finish() throws Exception {}

    /** Reads what there is. Also from another thread. */
    LogReader reader() throws Exception;

    /** Reads one record; the sum of its payload. */
    default long read(long sequence) throws Exception {
        throw new UnsupportedOperationException();
    }

    /** Reads everything, in order. */
    default void readAll(Tally tally) throws Exception {
        try (LogReader reader = reader()) {
            int read;
            do {
                read = reader.poll(tally::add);
            } while (read > 0);
        }
    }

    @Override
    void close() throws IOException;
}
