package io.netbus.benchmark.log;

import java.nio.file.Path;

/**
 * How a log is to be opened.
 *
 * @param directory its own; empty, or left by one that was closed or killed
 * @param payloadBytes size of every payload
 * @param batch how many records are appended at once
 * @param totalBytes the most there will ever be of payloads
 * @param forced whether records will be forced, as opposed to left to the operating system
 */
record LogSetup(Path directory, int payloadBytes, int batch, long totalBytes, boolean forced) {

    /** Records appended one by one, not forced. */
    static LogSetup plain(Path directory, int payloadBytes, long totalBytes) {
        return new LogSetup(directory, payloadBytes, 1, totalBytes, false);
    }

    /** The same in another directory. */
    LogSetup in(Path other) {
        return new LogSetup(other, payloadBytes, batch, totalBytes, forced);
    }
}
