package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A segment's index in a file beside it, which may be deleted at any time; little-endian, format 1.
 * <pre>
 * offset  bytes  field
 *      0      8  magic, the ASCII bytes "NETINDEX"
 *      8      4  format version, 1
 *     12      4  epoch of the segment
 *     16      8  log id
 *     24      8  base sequence of the segment, also its file name
 *     32      8  end: offset in the segment behind the last frame it is about
 *     40      8  next sequence: behind that frame's last record
 *     48      4  number of entries
 *     52      4  CRC32C of the entries
 *     56      4  zero
 *     60      4  CRC32C of the 60 bytes before
 *     64         the entries, for frames in order, the segment's first among them:
 *                  0      4  the frame's first record, counted from the segment's first
 *                  4      4  the frame's offset in the segment
 *                  8      8  the frame's timestamp, nanoseconds since 1970
 * </pre>
 * One whose end lies behind the segment's, or that names another log, base or epoch, is of a file that is gone, and counts
 * as none.
 */
final class IndexLayout {

    static final int VERSION = 1;
    static final long MAGIC = 0x5845444E_4954454EL; // "NETINDEX" read as a little-endian long

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int EPOCH_OFFSET = VERSION_OFFSET + Integer.BYTES;
    static final int LOG_ID_OFFSET = EPOCH_OFFSET + Integer.BYTES;
    static final int BASE_SEQUENCE_OFFSET = LOG_ID_OFFSET + Long.BYTES;
    static final int END_OFFSET = BASE_SEQUENCE_OFFSET + Long.BYTES;
    static final int NEXT_SEQUENCE_OFFSET = END_OFFSET + Long.BYTES;
    static final int COUNT_OFFSET = NEXT_SEQUENCE_OFFSET + Long.BYTES;
    static final int ENTRIES_CRC_OFFSET = COUNT_OFFSET + Integer.BYTES;
    static final int UNUSED_OFFSET = ENTRIES_CRC_OFFSET + Integer.BYTES;
    static final int CRC_OFFSET = UNUSED_OFFSET + Integer.BYTES;
    static final int HEAD_BYTES = CRC_OFFSET + Integer.BYTES;

    static final int RECORD_OFFSET = 0;
    static final int FRAME_OFFSET = RECORD_OFFSET + Integer.BYTES;
    static final int TIMESTAMP_OFFSET = FRAME_OFFSET + Integer.BYTES;
    static final int ENTRY_BYTES = TIMESTAMP_OFFSET + Long.BYTES;

    private static final long UNSIGNED = 0xFFFF_FFFFL;

    private IndexLayout() {}

    // --- an entry, in a buffer of entries

    static void putEntry(ByteBuffer entries, int entry, long record, long offset, long timestampNanos) {
        int at = entry * ENTRY_BYTES;
        entries.putInt(at + RECORD_OFFSET, (int) record);
        entries.putInt(at + FRAME_OFFSET, (int) offset);
        entries.putLong(at + TIMESTAMP_OFFSET, timestampNanos);
    }

    static long record(ByteBuffer entries, int entry) {
        return entries.getInt(entry * ENTRY_BYTES + RECORD_OFFSET) & UNSIGNED;
    }

    static long offset(ByteBuffer entries, int entry) {
        return entries.getInt(entry * ENTRY_BYTES + FRAME_OFFSET) & UNSIGNED;
    }

    static long timestampNanos(ByteBuffer entries, int entry) {
        return entries.getLong(entry * ENTRY_BYTES + TIMESTAMP_OFFSET);
    }

    // --- the file

    /** The head of a file with those entries, from position 0 to limit. */
    static ByteBuffer encodeHead(SegmentHead segment, long end, long nextSequence, ByteBuffer entries, int count) {
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(MAGIC_OFFSET, MAGIC);
        head.putInt(VERSION_OFFSET, VERSION);
        head.putInt(EPOCH_OFFSET, segment.epoch());
        head.putLong(LOG_ID_OFFSET, segment.logId());
        head.putLong(BASE_SEQUENCE_OFFSET, segment.baseSequence());
        head.putLong(END_OFFSET, end);
        head.putLong(NEXT_SEQUENCE_OFFSET, nextSequence);
        head.putInt(COUNT_OFFSET, count);
        head.putInt(ENTRIES_CRC_OFFSET, crc(entries, 0, count * ENTRY_BYTES));
        head.putInt(CRC_OFFSET, crc(head, 0, CRC_OFFSET));
        return head;
    }

    /** What is wrong with a file, all of it in that buffer; null if nothing is, or if it is of a newer version. */
    static SegmentPart.@Nullable Flaw flaw(ByteBuffer file) {
        if (file.capacity() < HEAD_BYTES) {
            Mismatch mismatch = Mismatch.of("fileBytes", "at least " + HEAD_BYTES, file.capacity());
            return new SegmentPart.Flaw(file.capacity(), 0, mismatch, "");
        }
        if (file.getLong(MAGIC_OFFSET) != MAGIC) {
            Mismatch mismatch = Mismatch.hex("magic", MAGIC, file.getLong(MAGIC_OFFSET));
            return new SegmentPart.Flaw(MAGIC_OFFSET, Long.BYTES, mismatch, "");
        }
        int headCrc = crc(file, 0, CRC_OFFSET);
        if (file.getInt(CRC_OFFSET) != headCrc) {
            Mismatch mismatch = Mismatch.hex("headChecksum", headCrc, file.getInt(CRC_OFFSET));
            return new SegmentPart.Flaw(0, HEAD_BYTES, mismatch, "");
        }
        if (file.getInt(VERSION_OFFSET) != VERSION) {
            return null;
        }
        long bytes = HEAD_BYTES + (long) file.getInt(COUNT_OFFSET) * ENTRY_BYTES;
        if (file.capacity() != bytes) {
            Mismatch mismatch = Mismatch.of("fileBytes", bytes, file.capacity());
            return new SegmentPart.Flaw(Math.min(bytes, file.capacity()), 0, mismatch, "");
        }
        int entriesCrc = crc(file, HEAD_BYTES, (int) (bytes - HEAD_BYTES));
        if (file.getInt(ENTRIES_CRC_OFFSET) != entriesCrc) {
            Mismatch mismatch = Mismatch.hex("entriesChecksum", file.getInt(ENTRIES_CRC_OFFSET), entriesCrc);
            return new SegmentPart.Flaw(HEAD_BYTES, bytes - HEAD_BYTES, mismatch, "");
        }
        return null;
    }

    /** Whether a file without a defect is about that segment, as far as it is written. */
    static boolean isOf(ByteBuffer file, SegmentHead segment, long segmentEnd) {
        return file.getInt(VERSION_OFFSET) == VERSION
                && file.getInt(EPOCH_OFFSET) == segment.epoch()
                && file.getLong(LOG_ID_OFFSET) == segment.logId()
                && file.getLong(BASE_SEQUENCE_OFFSET) == segment.baseSequence()
                && file.getLong(END_OFFSET) <= segmentEnd
                && file.getInt(COUNT_OFFSET) > 0;
    }

    private static int crc(ByteBuffer bytes, int index, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(index + length).position(index));
        return (int) crc.getValue();
    }
}
