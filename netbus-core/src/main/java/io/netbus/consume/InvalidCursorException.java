package io.netbus.consume;

/** A cursor cannot be used here. A retry cannot help; {@link #reason()} says what can. */
public final class InvalidCursorException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_ECHO = 40;

    /** Why it cannot be used. */
    public enum Reason {
        /** The text is not a cursor, is damaged, or is of a newer format. */
        MALFORMED,
        /** It was made by another channel. */
        OTHER_CHANNEL,
        /** Events before it were lost in a crash, and their sequences mean other events now; read again from an earlier place. */
        HISTORY_REWRITTEN,
        /** It names a shard, an epoch or a sequence that the channel has not reached. */
        NOT_REACHED
    }

    private final Reason reason;

    private InvalidCursorException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Why it cannot be used. */
    public Reason reason() {
        return reason;
    }

    static InvalidCursorException malformed(String what, String text) {
        return new InvalidCursorException(Reason.MALFORMED, what + ": cursor=" + echo(text));
    }

    static InvalidCursorException otherChannel(String channel) {
        return new InvalidCursorException(
                Reason.OTHER_CHANNEL,
                "cursor is of another channel: channel=" + channel + "; use it where it was returned");
    }

    static InvalidCursorException rewritten(
            String channel, int shard, int cursorEpoch, long next, int epoch, long epochStart) {
        return new InvalidCursorException(
                Reason.HISTORY_REWRITTEN,
                "history was rewritten before this cursor: channel=" + channel + ", shard=" + shard + ", sequence="
                        + next + ", cursorEpoch=" + cursorEpoch + ", epoch=" + epoch + ", rewrittenFrom=" + epochStart
                        + "; read again from a place at or before rewrittenFrom");
    }

    static InvalidCursorException unknownShard(String channel, int shard) {
        return new InvalidCursorException(
                Reason.NOT_REACHED,
                "cursor names a shard the channel does not have: channel=" + channel + ", shard=" + shard);
    }

    static InvalidCursorException unknownEpoch(String channel, int shard, int cursorEpoch, int epoch) {
        return new InvalidCursorException(
                Reason.NOT_REACHED,
                "cursor is of a later epoch than the channel; was an older copy of its log restored?: channel="
                        + channel + ", shard=" + shard + ", cursorEpoch=" + cursorEpoch + ", epoch=" + epoch);
    }

    static InvalidCursorException beyondEnd(String channel, int shard, long next, long end) {
        return new InvalidCursorException(
                Reason.NOT_REACHED,
                "cursor lies beyond the channel's end: channel=" + channel + ", shard=" + shard + ", sequence=" + next
                        + ", end=" + end);
    }

    private static String echo(String text) {
        String start = text.length() <= MAX_ECHO ? text : text.substring(0, MAX_ECHO) + "…";
        StringBuilder printable = new StringBuilder(start.length());
        start.chars().forEach(c -> printable.append(Character.isISOControl(c) ? '?' : (char) c));
        return printable.toString();
    }
}
