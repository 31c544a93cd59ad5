package io.netbus.consume;

import java.nio.ByteBuffer;

/** Unsigned LEB128: seven bits a byte, the lowest first, the high bit says that more follow. */
final class Varint {

    static final int MAX_BYTES = 9; // 63 bits: nothing here is negative

    private Varint() {}

    static void put(ByteBuffer out, long value) {
        long rest = value;
        while (rest > 0x7F) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    /**
     * @throws java.nio.BufferUnderflowException if it goes on behind the limit
     * @throws ArithmeticException if it is above {@link Long#MAX_VALUE}
     */
    static long getLong(ByteBuffer in) {
        long value = 0;
        for (int i = 0; i < MAX_BYTES; i++) {
            byte b = in.get();
            value |= (b & 0x7FL) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw new ArithmeticException("number is too long");
    }

    static int getInt(ByteBuffer in) {
        return Math.toIntExact(getLong(in));
    }
}
