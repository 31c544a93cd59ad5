package io.netbus.redex.cli;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** How a record's bytes are written. */
enum Payload {

    /** UTF-8 in one line: {@code \n}, {@code \r}, {@code \t}, {@code \\}, and {@code \xHH} for what is no printable text. */
    TEXT {
        @Override
        String encode(ByteBuffer payload) {
            return text(payload);
        }
    },

    HEX {
        @Override
        String encode(ByteBuffer payload) {
            return HexFormat.of().formatHex(bytes(payload));
        }
    },

    BASE64 {
        @Override
        String encode(ByteBuffer payload) {
            return Base64.getEncoder().encodeToString(bytes(payload));
        }
    };

    abstract String encode(ByteBuffer payload);

    private static byte[] bytes(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer payload) {
        ByteBuffer in = payload.duplicate();
        CharBuffer chars = CharBuffer.allocate(in.remaining() + 1);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // reports what is not UTF-8
        StringBuilder text = new StringBuilder(in.remaining());
        while (true) {
            CoderResult result = decoder.reset().decode(in, chars.clear(), true);
            chars.flip().codePoints().forEach(c -> append(text, c));
            if (!result.isError()) {
                return text.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                hex(text, in.get());
            }
        }
    }

    private static void append(StringBuilder text, int c) {
        switch (c) {
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            case '\\' -> text.append("\\\\");
            default -> {
                if (Character.isISOControl(c) || isInvisible(c)) {
                    for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                        hex(text, b);
                    }
                } else {
                    text.appendCodePoint(c);
                }
            }
        }
    }

    /** What would end a line, or change how the rest of it reads. */
    private static boolean isInvisible(int c) {
        int type = Character.getType(c);
        return type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.FORMAT
                || type == Character.UNASSIGNED;
    }

    private static void hex(StringBuilder text, byte b) {
        text.append("\\x").append(HexFormat.of().toHexDigits(b));
    }
}
