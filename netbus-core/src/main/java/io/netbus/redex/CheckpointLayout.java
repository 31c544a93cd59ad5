package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One of the two slots of a checkpoint file, which follow each other; little-endian, format 1.
 * <pre>
 * offset  bytes  field
 *      0      8  magic, the ASCII bytes "NETCHKPT"
 *      8      4  format version, 1
 *     12      4  number of epochs, 1 to 330
 *     16      8  generation: counts the checkpoints of the log; the next goes into the other slot
 *     24      8  log id, as in the segments
 *     32      8  log start: records below it are dropped
 *     40     12  for each epoch, ascending:
 *                  0      4  epoch
 *                  4      8  its first sequence
 *                zero up to 4092
 *   4092      4  CRC32C of the 4092 bytes before
 * </pre>
 */
final class CheckpointLayout {

    static final int VERSION = 1;
    static final long MAGIC = 0x54504B48_4354454EL; // "NETCHKPT" read as a little-endian long

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int EPOCH_COUNT_OFFSET = VERSION_OFFSET + Integer.BYTES;
    static final int GENERATION_OFFSET = EPOCH_COUNT_OFFSET + Integer.BYTES;
    static final int LOG_ID_OFFSET = GENERATION_OFFSET + Long.BYTES;
    static final int LOG_START_OFFSET = LOG_ID_OFFSET + Long.BYTES;
    static final int EPOCHS_OFFSET = LOG_START_OFFSET + Long.BYTES;
    static final int EPOCH_BYTES = Integer.BYTES + Long.BYTES;
    static final int MAX_EPOCHS = 330;
    static final int SLOT_BYTES = 4096;
    static final int CRC_OFFSET = SLOT_BYTES - Integer.BYTES;
    static final int FILE_BYTES = 2 * SLOT_BYTES;

    private CheckpointLayout() {}

    static long slotOffset(long generation) {
        return (generation & 1) * SLOT_BYTES;
    }

    /** The slot's bytes, from position 0 to limit. */
    static ByteBuffer encode(Checkpoint checkpoint) {
        ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        slot.putLong(MAGIC_OFFSET, MAGIC);
        slot.putInt(VERSION_OFFSET, VERSION);
        slot.putInt(EPOCH_COUNT_OFFSET, checkpoint.epochs().size());
        slot.putLong(GENERATION_OFFSET, checkpoint.generation());
        slot.putLong(LOG_ID_OFFSET, checkpoint.logId());
        slot.putLong(LOG_START_OFFSET, checkpoint.logStart());
        int at = EPOCHS_OFFSET;
        for (Checkpoint.Epoch epoch : checkpoint.epochs()) {
            slot.putInt(at, epoch.epoch());
            slot.putLong(at + Integer.BYTES, epoch.start());
            at += EPOCH_BYTES;
        }
        slot.putInt(CRC_OFFSET, crc(slot));
        return slot;
    }

    /** What is wrong with these {@link #SLOT_BYTES} bytes; null if they are a slot of this or a newer version. */
    static @Nullable String defect(ByteBuffer slot) {
        if (slot.getLong(MAGIC_OFFSET) != MAGIC) {
            return Defect.of("magic", MAGIC, slot.getLong(MAGIC_OFFSET));
        }
        int expected = crc(slot);
        return slot.getInt(CRC_OFFSET) == expected
                ? null
                : Defect.of("slotChecksum", expected, slot.getInt(CRC_OFFSET));
    }

    static int version(ByteBuffer slot) {
        return slot.getInt(VERSION_OFFSET);
    }

    static Checkpoint decode(ByteBuffer slot) {
        List<Checkpoint.Epoch> epochs = new ArrayList<>();
        for (int i = 0; i < slot.getInt(EPOCH_COUNT_OFFSET); i++) {
            int at = EPOCHS_OFFSET + i * EPOCH_BYTES;
            epochs.add(new Checkpoint.Epoch(slot.getInt(at), slot.getLong(at + Integer.BYTES)));
        }
        return new Checkpoint(
                slot.getLong(GENERATION_OFFSET), slot.getLong(LOG_ID_OFFSET), slot.getLong(LOG_START_OFFSET), epochs);
    }

    private static int crc(ByteBuffer slot) {
        CRC32C crc = new CRC32C();
        crc.update(slot.duplicate().position(0).limit(CRC_OFFSET));
        return (int) crc.getValue();
    }
}
