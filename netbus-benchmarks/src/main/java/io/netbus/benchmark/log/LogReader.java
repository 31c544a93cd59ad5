package io.netbus.benchmark.log;

import java.io.IOException;
import java.util.function.LongConsumer;

/** Reads a log forward from its first record. Whether it sees what is appended after it was opened, the log says. */
interface LogReader extends AutoCloseable {

    /** Most records one call of {@link #poll} hands over. */
    int MOST_RECORDS = 10_000;

    /**
     * Reads some of the records that follow, every byte of them.
     *
     * @param sums takes the sum of each payload
     * @return how many they were; 0 at the end
     */
    int poll(LongConsumer sums) throws Exception;

    @Override
    void close() throws IOException;
}
