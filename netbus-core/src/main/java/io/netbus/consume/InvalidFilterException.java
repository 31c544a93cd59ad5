package io.netbus.consume;

/** A text is not a {@link Filter}; the message says what is wrong, and where. A retry cannot help. */
public final class InvalidFilterException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_ECHO = 40;

    private final int line;
    private final int column;

    private InvalidFilterException(String what, int line, int column) {
        super(what + ": line=" + line + ", column=" + column);
        this.line = line;
        this.column = column;
    }

    /** The line of what is wrong, from 1. */
    public int line() {
        return line;
    }

    /** The column of what is wrong, from 1, in UTF-16 characters. */
    public int column() {
        return column;
    }

    static InvalidFilterException at(int line, int column, String what) {
        return new InvalidFilterException(what, line, column);
    }

    /** What of the input a message repeats. */
    static String echo(String text) {
        return '"' + printable(text.length() <= MAX_ECHO ? text : text.substring(0, MAX_ECHO) + "…") + '"';
    }

    private static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.chars().forEach(c -> printable.append(Character.isISOControl(c) ? '?' : (char) c));
        return printable.toString();
    }
}
