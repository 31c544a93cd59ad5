package io.netbus.cortex.envelope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A record of a model's log; little-endian, format 1.
 * <pre>
 * offset  bytes  field
 *      0      1  magic, 0xE5
 *      1      1  format, 1
 *      2      1  kind: 1 model event, 2 source position
 *      3      1  zero; not looked at by a reader
 *      4      2  schema version of the body, unsigned; 0 for a source position
 *      6      2  length N of the name, unsigned
 *      8      N  name, ASCII: the event's type, or the bridge
 *  8 + N      .  body, the rest: JSON, or the cursor's text; UTF-8
 * </pre>
 * A reader refuses another format and names both. {@code docs/format/envelope.md} tells the same with an example.
 */
final class EnvelopeLayout {

    static final int FORMAT = 1;
    static final int MODEL_EVENT = 1;
    static final int SOURCE_POSITION = 2;

    static final int MAGIC_OFFSET = 0;
    static final int FORMAT_OFFSET = MAGIC_OFFSET + Byte.BYTES;
    static final int KIND_OFFSET = FORMAT_OFFSET + Byte.BYTES;
    static final int SCHEMA_VERSION_OFFSET = KIND_OFFSET + 2 * Byte.BYTES;
    static final int NAME_LENGTH_OFFSET = SCHEMA_VERSION_OFFSET + Short.BYTES;
    static final int NAME_OFFSET = NAME_LENGTH_OFFSET + Short.BYTES;

    private static final byte MAGIC = (byte) 0xE5;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private EnvelopeLayout() {}

    static byte[] encode(int kind, int schemaVersion, String name, byte[] body) {
        byte[] nameBytes = name.getBytes(StandardCharsets.US_ASCII);
        byte[] record = new byte[NAME_OFFSET + nameBytes.length + body.length];
        record[MAGIC_OFFSET] = MAGIC;
        record[FORMAT_OFFSET] = FORMAT;
        record[KIND_OFFSET] = (byte) kind;
        SHORT.set(record, SCHEMA_VERSION_OFFSET, (short) schemaVersion);
        SHORT.set(record, NAME_LENGTH_OFFSET, (short) nameBytes.length);
        System.arraycopy(nameBytes, 0, record, NAME_OFFSET, nameBytes.length);
        System.arraycopy(body, 0, record, NAME_OFFSET + nameBytes.length, body.length);
        return record;
    }

    static Envelope decode(ByteBuffer record) {
        ByteBuffer bytes = record.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int start = bytes.position();
        if (bytes.remaining() <= FORMAT_OFFSET || bytes.get(start + MAGIC_OFFSET) != MAGIC) {
            throw new MalformedEnvelopeException("record is not an envelope: bytes=" + bytes.remaining());
        }
        int format = bytes.get(start + FORMAT_OFFSET) & 0xFF;
        if (format != FORMAT) {
            throw UnknownFormatException.of(format, FORMAT);
        }
        if (bytes.remaining() < NAME_OFFSET) {
            throw new MalformedEnvelopeException("envelope ends within its head: bytes=" + bytes.remaining());
        }
        int kind = bytes.get(start + KIND_OFFSET) & 0xFF;
        int schemaVersion = bytes.getShort(start + SCHEMA_VERSION_OFFSET) & 0xFFFF;
        int nameLength = bytes.getShort(start + NAME_LENGTH_OFFSET) & 0xFFFF;
        if (nameLength > bytes.remaining() - NAME_OFFSET) {
            throw new MalformedEnvelopeException(
                    "envelope ends within its name: bytes=" + bytes.remaining() + ", nameBytes=" + nameLength);
        }
        byte[] name = new byte[nameLength];
        bytes.position(start + NAME_OFFSET).get(name);
        byte[] body = new byte[bytes.remaining()];
        bytes.get(body);
        return of(kind, schemaVersion, new String(name, StandardCharsets.ISO_8859_1), body);
    }

    static void requireName(String what, String name, int maxChars) {
        boolean valid = !name.isEmpty() && name.length() <= maxChars;
        for (int i = 0; valid && i < name.length(); i++) {
            char c = name.charAt(i);
            valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        }
        if (!valid) {
            String shown = name.length() <= maxChars ? name : name.substring(0, maxChars) + "…";
            throw new IllegalArgumentException(
                    what + " must be 1 to " + maxChars + " characters of a-z 0-9 . _ -: " + what + "=" + shown);
        }
    }

    private static Envelope of(int kind, int schemaVersion, String name, byte[] body) {
        try {
            return switch (kind) {
                case MODEL_EVENT -> new ModelEvent(name, schemaVersion, body);
                case SOURCE_POSITION -> new SourcePosition(name, new String(body, StandardCharsets.UTF_8));
                default ->
                    throw new MalformedEnvelopeException(
                            "envelope is of an unknown kind: kind=" + kind + ", format=" + FORMAT);
            };
        } catch (IllegalArgumentException e) {
            throw new MalformedEnvelopeException(e.getMessage());
        }
    }
}
