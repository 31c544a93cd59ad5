package io.netbus.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * An event as bytes, in lanes and in logs; little-endian, format 1.
 * <pre>
 * offset  bytes  field
 *      0      1  format (high four bits) and which fields follow (low four bits)
 *      1      .  key           if bit 0: 16-bit length, UTF-8
 *      .      .  content type  if bit 1: 16-bit length, UTF-8
 *      .      .  id            if bit 2: 16-bit length, UTF-8
 *      .      .  headers       if bit 3: 16-bit count, then for each name and value: 16-bit length, UTF-8
 *      .      .  payload       the rest
 * </pre>
 * A reader refuses another format and names both. {@code docs/format/event.md} tells the same with an example.
 */
public final class EventLayout {

    /** Size of the head of an event that has nothing but a payload. */
    public static final int BARE_HEAD_BYTES = 1;

    /** Longest key, content type, id, or name or value of a header, in bytes of UTF-8. */
    public static final int MAX_TEXT_BYTES = 0xFFFF;

    /** Most bytes before the payload: key, content type, id and headers of one event together. */
    public static final int MAX_HEAD_BYTES = 128 * 1024;

    static final int FORMAT = 1;
    static final int HAS_KEY = 1;
    static final int HAS_CONTENT_TYPE = 1 << 1;
    static final int HAS_ID = 1 << 2;
    static final int HAS_HEADERS = 1 << 3;
    static final int FLAG_BITS = 4;
    static final int FLAG_MASK = (1 << FLAG_BITS) - 1;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private EventLayout() {}

    /** Bytes before the payload of an event that has a key and nothing else. */
    public static int keyedHeadBytes(int keyBytes) {
        return BARE_HEAD_BYTES + Short.BYTES + keyBytes;
    }

    /** Writes the head of an event that has nothing but a payload; returns the offset behind it. */
    public static int putBareHead(byte[] target, int offset) {
        target[offset] = (byte) (FORMAT << FLAG_BITS);
        return offset + BARE_HEAD_BYTES;
    }

    /** Writes the head of an event that has a key and nothing else; returns the offset behind it. */
    public static int putKeyedHead(byte[] target, int offset, byte[] key) {
        target[offset] = (byte) (FORMAT << FLAG_BITS | HAS_KEY);
        return putText(target, offset + BARE_HEAD_BYTES, key);
    }

    static int putText(byte[] target, int offset, byte[] text) {
        putShort(target, offset, text.length);
        System.arraycopy(text, 0, target, offset + Short.BYTES, text.length);
        return offset + Short.BYTES + text.length;
    }

    static void putShort(byte[] target, int offset, int value) {
        SHORT.set(target, offset, (short) value);
    }
}
