package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Tells by a checksum alone whether a single flipped bit is all that is wrong. */
final class FlippedBit {

    /*
     * CRC32C is linear: which checksum is stored, and which one the bytes have, differ by what the flipped bits make of it,
     * whatever the other bytes are.
     */
    private static final int POLYNOMIAL = 0x82F63B78; // bits reversed

    private FlippedBit() {}

    /**
     * Whether flipping one bit makes some bytes, which their checksum follows, agree with it, or all of them zero.
     *
     * @param bytes from 0 to capacity; position and limit do not count
     */
    static boolean explains(ByteBuffer bytes) {
        int length = bytes.capacity() - Integer.BYTES;
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(length));
        int stored = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(length);
        int difference = (int) crc.getValue() ^ stored;
        int effect = 1; // of the bit behind the last; that of each bit further in front is shifted once more
        for (int i = 0; i < length * Byte.SIZE; i++) {
            effect = effect >>> 1 ^ ((effect & 1) == 0 ? 0 : POLYNOMIAL);
            if (effect == difference) {
                return true;
            }
        }
        return Integer.bitCount(difference) == 1 || bits(bytes) == 1;
    }

    private static int bits(ByteBuffer bytes) {
        int bits = 0;
        for (int i = 0; i < bytes.capacity(); i++) {
            bits += Integer.bitCount(bytes.get(i) & 0xff);
        }
        return bits;
    }
}
