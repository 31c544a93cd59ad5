package io.netbus.redex;

/** A log is open with other settings than it was asked for with. Nothing changed. */
public final class LogConfigConflictException extends RedexException {

    private static final long serialVersionUID = 1L;

    private LogConfigConflictException(String message) {
        super(message, null);
    }

    static LogConfigConflictException of(String log, LogConfig open, LogConfig asked) {
        return new LogConfigConflictException("log is open with other settings: log=" + log + ", open=" + open
                + ", asked=" + asked + " (ask for the same, or close it first)");
    }
}
