package io.netbus.sample;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a stream into lines where they lie in its buffer, which grows to the longest line allowed and no further. A
 * longer line is read over to its end and not kept. A byte order mark before the first line is the file's, not the line's,
 * and left out. <b>Threads:</b> one at a time.
 */
final class LineReader {

    private static final int FIRST_BUFFER_BYTES = 64 * 1024;
    private static final int LINE_END_BYTES = 2; // \r\n
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final int maxLineBytes;
    private final Runnable beforeGrowing;

    private byte[] buffer;
    private int filled;
    private int lineStart;
    private int lineEnd; // exclusive, without the line end
    private int nextStart;
    private long number;
    private boolean tooLong;

    LineReader(InputStream in, int maxLineBytes) {
        this(in, maxLineBytes, () -> {});
    }

    /** @param beforeGrowing called before the buffer grows for the first time; what it throws ends the reading */
    LineReader(InputStream in, int maxLineBytes, Runnable beforeGrowing) {
        this.beforeGrowing = beforeGrowing;
        this.in = in;
        this.maxLineBytes = maxLineBytes;
        this.buffer = new byte[Math.min(FIRST_BUFFER_BYTES, maxLineBytes + LINE_END_BYTES)];
    }

    /** Goes to the next line; false at the end. What follows the last line end counts as a line unless it is empty. */
    boolean next() throws IOException {
        tooLong = false;
        lineStart = nextStart;
        int scanned = lineStart;
        while (true) {
            for (int i = scanned; i < filled; i++) {
                if (buffer[i] == '\n') {
                    endLine(i, i + 1);
                    return true;
                }
            }
            if (tooLong) {
                filled = lineStart; // what was read of it is not needed
            }
            int seen = filled - lineStart;
            if (!fill()) {
                boolean isLine = tooLong || lineStart < filled;
                endLine(filled, filled);
                return isLine;
            }
            scanned = tooLong ? lineStart : lineStart + seen;
        }
    }

    /** Number of the line, from 1. */
    long number() {
        return number;
    }

    /** Whether it was longer than allowed; its bytes are gone then. */
    boolean isTooLong() {
        return tooLong;
    }

    /** Whether it has nothing but JSON's white space. */
    boolean isBlank() {
        for (int i = lineStart; i < lineEnd; i++) {
            if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r') {
                return false;
            }
        }
        return !tooLong;
    }

    /** Where the line lies; valid until the next call of {@link #next()}. */
    byte[] buffer() {
        return buffer;
    }

    int offset() {
        return lineStart;
    }

    int length() {
        return lineEnd - lineStart;
    }

    private void endLine(int end, int next) {
        number++;
        nextStart = next;
        if (number == 1 && startsWithMark(end)) {
            lineStart += BYTE_ORDER_MARK.length;
        }
        lineEnd = end > lineStart && buffer[end - 1] == '\r' && next > end ? end - 1 : end;
        if (tooLong || lineEnd - lineStart > maxLineBytes) {
            tooLong = true;
            lineEnd = lineStart;
        }
    }

    private boolean startsWithMark(int end) {
        int markEnd = Math.min(lineStart + BYTE_ORDER_MARK.length, end);
        return Arrays.equals(buffer, lineStart, markEnd, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
    }

    /** Reads on behind what is there, making room first; false at the end of the stream. */
    private boolean fill() throws IOException {
        if (filled == buffer.length && lineStart > 0) {
            System.arraycopy(buffer, lineStart, buffer, 0, filled - lineStart);
            filled -= lineStart;
            lineStart = 0;
        }
        if (filled == buffer.length) {
            if (buffer.length < maxLineBytes + LINE_END_BYTES) {
                if (buffer.length == FIRST_BUFFER_BYTES) {
                    beforeGrowing.run();
                }
                buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, maxLineBytes + LINE_END_BYTES));
            } else {
                tooLong = true;
                filled = lineStart;
            }
        }
        int read = in.read(buffer, filled, buffer.length - filled);
        if (read < 0) {
            return false;
        }
        filled += read;
        return true;
    }
}
