package io.netbus.redex;

/**
 * Records that a reader was about to read are no longer kept. The reader goes on behind them, at {@link #to()}.
 */
public final class HistoryLostException extends RedexException {

    private static final long serialVersionUID = 1L;

    private final long from;
    private final long to;

    private HistoryLostException(String message, long from, long to) {
        super(message, null);
        this.from = from;
        this.to = to;
    }

    static HistoryLostException of(String log, long from, long to) {
        return new HistoryLostException(
                "records are no longer kept: log=" + log + ", from=" + from + ", to=" + to
                        + " (retention took them before they were read; a hold would have kept them)",
                from,
                to);
    }

    /** The first sequence that is lost. */
    public long from() {
        return from;
    }

    /** The lowest sequence that can be read now. */
    public long to() {
        return to;
    }
}
