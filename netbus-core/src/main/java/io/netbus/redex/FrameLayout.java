package io.netbus.redex;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A batch in a segment: the unit that a crash keeps whole or drops; little-endian, format 1.
 * <pre>
 * offset  bytes  field
 *      0      4  CRC32C of all that follows in the frame
 *      4      4  frame length in bytes with head and padding, a multiple of 8
 *      8      8  base sequence: of the frame's first record
 *     16      8  term, 0 while the log is local
 *     24      8  timestamp of all its records, nanoseconds since 1970
 *     32      4  number of records, 1 or more, in the lower 28 bits; above them how they are stored: 0 as below, 1
 *                compressed, see {@link RecordCodec}
 *     36      4  tag: the log id, its upper half XORed with its lower
 *     40         the records, one after the other:
 *                  0      4  payload length
 *                  4      n  payload
 *                zero to seven zero bytes
 * </pre>
 * Frames follow each other without a gap and never cross into another segment. The tag keeps a frame of another log,
 * be it a misdirected write or a payload that happens to hold one, from being taken for a frame of this log.
 */
final class FrameLayout {

    static final int CRC_OFFSET = 0;
    static final int LENGTH_OFFSET = CRC_OFFSET + Integer.BYTES;
    static final int BASE_SEQUENCE_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    static final int TERM_OFFSET = BASE_SEQUENCE_OFFSET + Long.BYTES;
    static final int TIMESTAMP_OFFSET = TERM_OFFSET + Long.BYTES;
    static final int COUNT_OFFSET = TIMESTAMP_OFFSET + Long.BYTES;
    static final int TAG_OFFSET = COUNT_OFFSET + Integer.BYTES;
    static final int HEAD_BYTES = TAG_OFFSET + Integer.BYTES;
    static final int RECORD_HEAD_BYTES = Integer.BYTES;

    static final int ALIGNMENT_BYTES = 8;

    /** How records are stored. */
    static final int PLAIN = 0;

    static final int LZ4 = 1;

    private static final int COUNT_BITS = 28;

    /** More records than that a frame cannot have. */
    static final int MAX_COUNT = (1 << COUNT_BITS) - 1;

    /** Room for one record of the largest payload, and for batches of small ones well beyond that. */
    static final int MAX_FRAME_BYTES = 1 << 30;

    private FrameLayout() {}

    /** Size of a frame whose encoded records take that many bytes. */
    static long frameBytes(long recordBytes) {
        return (HEAD_BYTES + recordBytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }

    /** The field that says how many records there are, and how they are stored. */
    static int countField(int count, int storedAs) {
        return storedAs << COUNT_BITS | count;
    }

    static int count(int countField) {
        return countField & MAX_COUNT;
    }

    static int storedAs(int countField) {
        return countField >>> COUNT_BITS;
    }

    /** Whether a frame may have that length, with so many bytes left for it. */
    static boolean isLength(int frameBytes, long bytesLeft) {
        return frameBytes >= HEAD_BYTES
                && frameBytes % ALIGNMENT_BYTES == 0
                && frameBytes <= MAX_FRAME_BYTES
                && frameBytes <= bytesLeft;
    }

    /** Whether a frame of that length may have so many records, stored so. */
    static boolean isCount(int countField, int frameBytes) {
        int count = count(countField);
        long room = (long) frameBytes - HEAD_BYTES;
        return switch (storedAs(countField)) {
            case PLAIN -> count >= 1 && count <= room / RECORD_HEAD_BYTES;
            case LZ4 ->
                count >= 1 && count <= (room - RecordCodec.HEAD_BYTES) * RecordCodec.MAX_RATIO / RECORD_HEAD_BYTES;
            default -> false;
        };
    }

    /** CRC32C of the {@code frameBytes} bytes at {@code index}, leaving out the checksum itself. */
    static int crc(CRC32C crc, ByteBuffer bytes, int index, int frameBytes) {
        int position = bytes.position();
        int limit = bytes.limit();
        crc.reset();
        crc.update(bytes.limit(index + frameBytes).position(index + LENGTH_OFFSET));
        bytes.limit(limit).position(position);
        return (int) crc.getValue();
    }
}
