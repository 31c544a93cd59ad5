package io.netbus.redex;

import org.jspecify.annotations.Nullable;

/** The disk failed under a log, which now only reads until it is opened again. What was asked for may or may not survive. */
public final class LogFailedException extends RedexException {

    private static final long serialVersionUID = 1L;

    LogFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static LogFailedException of(String log, Throwable cause) {
        return new LogFailedException(
                "log only reads since its disk failed: log=" + log + ", failure=" + cause
                        + " (mend the disk, then open the log again)",
                cause);
    }
}
