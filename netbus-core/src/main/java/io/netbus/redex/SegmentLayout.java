package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first page of a segment file; little-endian, format 1. Frames follow it, see {@link FrameLayout}.
 * <pre>
 * offset  bytes  field
 *      0      8  magic, the ASCII bytes "NETREDEX"
 *      8      4  format version, 1
 *     12      4  epoch
 *     16      8  log id, random, the same in all segments of a log
 *     24      8  base sequence: of the segment's first record, also its file name
 *     32      8  epoch start: the first sequence written under the epoch
 *     40     20  zero
 *     60      4  CRC32C of the 60 bytes before
 *    512     64  a durable tip, see {@link TipLayout}
 *   1024     64  the other durable tip
 *                zero everywhere else, up to 4096
 * </pre>
 * Every version keeps magic, version, and the place of the first checksum: that is how a reader tells a newer file, which
 * it refuses naming both versions, from a damaged one.
 */
final class SegmentLayout {

    static final int VERSION = 1;
    static final long MAGIC = 0x58454445_5254454EL; // "NETREDEX" read as a little-endian long

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int EPOCH_OFFSET = VERSION_OFFSET + Integer.BYTES;
    static final int LOG_ID_OFFSET = EPOCH_OFFSET + Integer.BYTES;
    static final int BASE_SEQUENCE_OFFSET = LOG_ID_OFFSET + Long.BYTES;
    static final int EPOCH_START_OFFSET = BASE_SEQUENCE_OFFSET + Long.BYTES;
    static final int CRC_OFFSET = 60;
    static final int[] TIP_OFFSETS = {512, 1024};
    static final int HEAD_BYTES = 4096;

    private static final String SUFFIX = ".log";
    private static final int NAME_DIGITS = 20;

    private SegmentLayout() {}

    /** The name of the segment that starts at that sequence. */
    static String fileName(long baseSequence) {
        return String.format("%0" + NAME_DIGITS + "d", baseSequence) + SUFFIX;
    }

    /** The base sequence in a segment's name; -1 if it is no segment's name. */
    static long baseSequence(String fileName) {
        if (fileName.length() != NAME_DIGITS + SUFFIX.length() || !fileName.endsWith(SUFFIX)) {
            return -1;
        }
        long sequence = 0;
        for (int i = 0; i < NAME_DIGITS; i++) {
            int digit = fileName.charAt(i) - '0';
            if (digit < 0 || digit > 9 || sequence > (Long.MAX_VALUE - digit) / 10) {
                return -1;
            }
            sequence = 10 * sequence + digit;
        }
        return sequence;
    }

    /** The page's bytes, from position 0 to limit. */
    static ByteBuffer encode(SegmentHead head, SegmentTip tip) {
        ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC_OFFSET, MAGIC);
        bytes.putInt(VERSION_OFFSET, VERSION);
        bytes.putInt(EPOCH_OFFSET, head.epoch());
        bytes.putLong(LOG_ID_OFFSET, head.logId());
        bytes.putLong(BASE_SEQUENCE_OFFSET, head.baseSequence());
        bytes.putLong(EPOCH_START_OFFSET, head.epochStart());
        bytes.putInt(CRC_OFFSET, crc(bytes));
        bytes.put(tipOffset(tip.generation()), TipLayout.encode(tip), 0, TipLayout.BYTES);
        return bytes;
    }

    /** Where a tip of that generation goes. */
    static int tipOffset(long generation) {
        return TIP_OFFSETS[(int) (generation & 1)];
    }

    /** What is wrong with the head in this page; null if it is one of this or a newer version. */
    static @Nullable String defect(ByteBuffer bytes) {
        if (bytes.getLong(MAGIC_OFFSET) != MAGIC) {
            return Defect.of("magic", MAGIC, bytes.getLong(MAGIC_OFFSET));
        }
        int expected = crc(bytes);
        if (bytes.getInt(CRC_OFFSET) != expected) {
            return Defect.of("headChecksum", expected, bytes.getInt(CRC_OFFSET));
        }
        return null;
    }

    /** The newer of the page's tips; null if none is whole. */
    static @Nullable SegmentTip tip(ByteBuffer page) {
        SegmentTip first = TipLayout.decode(page, TIP_OFFSETS[0]);
        SegmentTip second = TipLayout.decode(page, TIP_OFFSETS[1]);
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return first.generation() > second.generation() ? first : second;
    }

    /** Offset of the first byte that should be zero and is not; -1 if all are. For a page of this version. */
    static int strayByte(ByteBuffer page) {
        for (int at = CRC_OFFSET + Integer.BYTES; at < HEAD_BYTES; at++) {
            boolean inTip = false;
            for (int tip : TIP_OFFSETS) {
                inTip |= at >= tip && at < tip + TipLayout.BYTES;
            }
            if (!inTip && page.get(at) != 0) {
                return at;
            }
        }
        return -1;
    }

    static int version(ByteBuffer bytes) {
        return bytes.getInt(VERSION_OFFSET);
    }

    static SegmentHead decode(ByteBuffer bytes) {
        return new SegmentHead(
                bytes.getLong(LOG_ID_OFFSET),
                bytes.getInt(EPOCH_OFFSET),
                bytes.getLong(EPOCH_START_OFFSET),
                bytes.getLong(BASE_SEQUENCE_OFFSET));
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CRC_OFFSET));
        return (int) crc.getValue();
    }
}
