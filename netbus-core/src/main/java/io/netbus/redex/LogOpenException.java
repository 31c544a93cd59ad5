package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The files of a log could not be read or mended. What they held is still there; opening it again may go well. */
public final class LogOpenException extends UncheckedIOException {

    private static final long serialVersionUID = 1L;

    private final String log;

    private LogOpenException(String log, IOException cause) {
        super("log could not be opened: log=" + log, cause);
        this.log = log;
    }

    static LogOpenException of(String log, IOException cause) {
        return new LogOpenException(log, cause);
    }

    /** The log's name. */
    public String log() {
        return log;
    }
}
