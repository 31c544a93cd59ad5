package io.netbus.redex;

/** Records that somebody waited for were taken back before readers had seen them. */
final class LogTruncatedException extends RedexException {

    private static final long serialVersionUID = 1L;

    private LogTruncatedException(String message) {
        super(message, null);
    }

    static LogTruncatedException of(String log, long asked, long nextSequence) {
        return new LogTruncatedException(
                "records were taken back: log=" + log + ", asked=" + asked + ", nextSequence=" + nextSequence);
    }
}
