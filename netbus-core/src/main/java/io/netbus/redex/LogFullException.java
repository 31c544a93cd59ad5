package io.netbus.redex;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The disk, or the log's hard limit, has no room for a record. Nothing was appended; the log works on, and the same append may succeed later. */
public final class LogFullException extends RedexException {

    private static final long serialVersionUID = 1L;

    LogFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static LogFullException atHardLimit(String log, int frameBytes, long hardLimitBytes) {
        return new LogFullException(
                "log is at its hard limit: log=" + log + ", bytes=" + frameBytes + ", hardLimitBytes=" + hardLimitBytes
                        + " (a hold or the retention keeps it from shrinking; move the hold, or raise the limit)",
                null);
    }

    static LogFullException of(String log, Path directory, int frameBytes, Throwable cause) {
        return new LogFullException(
                "disk has no room for the record: log=" + log + ", directory=" + directory + ", bytes=" + frameBytes
                        + " (free some, then append again)",
                cause);
    }
}
