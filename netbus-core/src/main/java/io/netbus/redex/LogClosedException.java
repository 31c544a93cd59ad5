package io.netbus.redex;

import org.jspecify.annotations.Nullable;

/** The log is closed; nothing was changed. */
public final class LogClosedException extends RedexException {

    private static final long serialVersionUID = 1L;

    LogClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static LogClosedException of(String log) {
        return new LogClosedException("log is closed: log=" + log, null);
    }
}
