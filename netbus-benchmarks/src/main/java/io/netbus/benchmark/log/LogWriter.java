package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Tally;
import java.io.IOException;

/** A log under test. One thread. */
interface LogWriter extends AutoCloseable {

    /** Appends a copy of the payload. */
    void append(byte[] payload) throws Exception;

    /** Inside the time, after the last append: hands on what still lies in a buffer of this process. */
    default void finish() throws Exception {}

    /** Reads everything back, in order. */
    void readAll(Tally tally) throws Exception;

    @Override
    void close() throws IOException;
}
