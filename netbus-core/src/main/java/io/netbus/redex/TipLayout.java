package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A durable tip, in one of the two slots of a segment's head page; little-endian, format 1.
 * <pre>
 * offset  bytes  field
 *      0      8  generation: counts the tips of this segment from 1; the next goes into the other slot
 *      8      8  end: offset behind the last frame this tip vouches for
 *     16      8  next sequence: behind that frame's last record
 *     24      8  timestamp of that frame, nanoseconds since 1970; of an earlier segment's if this one has none
 *     32      4  length of that frame, 0 if there is none
 *     36      4  CRC32C of that frame, as in its head
 *     40      4  what may follow: 0 more frames, 1 nothing, the log ends here, 2 only another segment
 *     44     16  zero
 *     60      4  CRC32C of the 60 bytes before
 * </pre>
 * A slot of zeros was never written. Each slot lies in a 512-byte sector of its own, so that a crash leaves at least one
 * of the two whole.
 */
final class TipLayout {

    static final int GENERATION_OFFSET = 0;
    static final int END_OFFSET = GENERATION_OFFSET + Long.BYTES;
    static final int NEXT_SEQUENCE_OFFSET = END_OFFSET + Long.BYTES;
    static final int TIMESTAMP_OFFSET = NEXT_SEQUENCE_OFFSET + Long.BYTES;
    static final int FRAME_BYTES_OFFSET = TIMESTAMP_OFFSET + Long.BYTES;
    static final int FRAME_CRC_OFFSET = FRAME_BYTES_OFFSET + Integer.BYTES;
    static final int STATE_OFFSET = FRAME_CRC_OFFSET + Integer.BYTES;
    static final int BYTES = 64;
    static final int CRC_OFFSET = BYTES - Integer.BYTES;

    private TipLayout() {}

    /** The slot's bytes, from position 0 to limit. */
    static ByteBuffer encode(SegmentTip tip) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(GENERATION_OFFSET, tip.generation());
        bytes.putLong(END_OFFSET, tip.end());
        bytes.putLong(NEXT_SEQUENCE_OFFSET, tip.nextSequence());
        bytes.putLong(TIMESTAMP_OFFSET, tip.timestampNanos());
        bytes.putInt(FRAME_BYTES_OFFSET, tip.frameBytes());
        bytes.putInt(FRAME_CRC_OFFSET, tip.frameCrc());
        bytes.putInt(STATE_OFFSET, tip.state().code);
        bytes.putInt(CRC_OFFSET, crc(bytes, 0));
        return bytes;
    }

    /** Whether the slot was never written. */
    static boolean isUnused(ByteBuffer page, int slot) {
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            if (page.getLong(slot + i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The tip in a slot; null if it is damaged or was never written. */
    static @Nullable SegmentTip decode(ByteBuffer page, int slot) {
        SegmentTip.State state = SegmentTip.State.of(page.getInt(slot + STATE_OFFSET));
        if (page.getInt(slot + CRC_OFFSET) != crc(page, slot) || state == null) {
            return null;
        }
        if (isUnused(page, slot)) {
            return null;
        }
        return new SegmentTip(
                page.getLong(slot + GENERATION_OFFSET),
                page.getLong(slot + END_OFFSET),
                page.getLong(slot + NEXT_SEQUENCE_OFFSET),
                page.getLong(slot + TIMESTAMP_OFFSET),
                page.getInt(slot + FRAME_BYTES_OFFSET),
                page.getInt(slot + FRAME_CRC_OFFSET),
                state);
    }

    private static int crc(ByteBuffer page, int slot) {
        CRC32C crc = new CRC32C();
        crc.update(page.duplicate().limit(slot + CRC_OFFSET).position(slot));
        return (int) crc.getValue();
    }
}
