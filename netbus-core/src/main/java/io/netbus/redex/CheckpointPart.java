package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A checkpoint file as it is found by one who takes nothing in it for granted. */
final class CheckpointPart {

    private static final int SECTOR_BYTES = 512;
    private static final int EPOCHS_IN_FIRST_SECTOR =
            (SECTOR_BYTES - CheckpointLayout.EPOCHS_OFFSET) / CheckpointLayout.EPOCH_BYTES;

    final Path path;

    private final List<SegmentPart.Flaw> flaws = new ArrayList<>();
    private final @Nullable Checkpoint[] slots = new @Nullable Checkpoint[2];
    private final boolean[] unused = new boolean[2];
    private final @Nullable ByteBuffer[] broken = new @Nullable ByteBuffer[2]; // slots that are not what was written

    private boolean newer;

    private CheckpointPart(Path path) {
        this.path = path;
    }

    static CheckpointPart read(SegmentStore store, Path path) throws IOException {
        CheckpointPart part = new CheckpointPart(path);
        try (SegmentFile file = store.openForReading(path)) {
            long size = file.size();
            if (size != CheckpointLayout.FILE_BYTES) {
                part.flaw(
                        Math.min(size, CheckpointLayout.FILE_BYTES),
                        Math.abs(CheckpointLayout.FILE_BYTES - size),
                        Mismatch.of("fileBytes", CheckpointLayout.FILE_BYTES, size));
            }
            for (int i = 0; i < 2; i++) {
                part.read(file, i);
            }
        }
        part.compareSlots();
        return part;
    }

    /** The newest checkpoint; null if none is whole. */
    @Nullable
    Checkpoint newest() {
        Checkpoint first = slots[0];
        Checkpoint second = slots[1];
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return first.generation() > second.generation() ? first : second;
    }

    boolean isNewer() {
        return newer;
    }

    /**
     * Whether a crash while a slot was written explains a flaw: parts are of the slot's old checkpoint and parts of its new
     * one, which are the one before and the one behind that of the other slot.
     */
    boolean isTorn(SegmentPart.Flaw flaw) {
        Checkpoint other = newest();
        int index = (int) (flaw.offset() / CheckpointLayout.SLOT_BYTES);
        ByteBuffer slot = index < broken.length ? broken[index] : null;
        return slot != null && other != null && !newer && isMixed(slot, other);
    }

    /** Whether one bit that flipped explains a flaw of a slot, too. */
    boolean isOneBitOff(SegmentPart.Flaw flaw) {
        int index = (int) (flaw.offset() / CheckpointLayout.SLOT_BYTES);
        ByteBuffer slot = index < broken.length ? broken[index] : null;
        return slot != null && FlippedBit.explains(slot);
    }

    /** Whether a slot can be, part by part, of the checkpoint before another and of the one behind it. */
    private static boolean isMixed(ByteBuffer slot, Checkpoint other) {
        boolean wasUnused = other.generation() == 1;
        long generation = slot.getLong(CheckpointLayout.GENERATION_OFFSET);
        int epochs = slot.getInt(CheckpointLayout.EPOCH_COUNT_OFFSET);
        ByteBuffer whole = CheckpointLayout.encode(other);
        if ((generation != other.generation() - 1 && generation != other.generation() + 1)
                || epochs < (wasUnused ? 0 : 1)
                || epochs > CheckpointLayout.MAX_EPOCHS
                || slot.getLong(CheckpointLayout.LOG_START_OFFSET) < 0
                || !isEqual(slot, whole, CheckpointLayout.MAGIC_OFFSET, Long.BYTES, wasUnused)
                || !isEqual(slot, whole, CheckpointLayout.VERSION_OFFSET, Integer.BYTES, wasUnused)
                || !isEqual(slot, whole, CheckpointLayout.LOG_ID_OFFSET, Long.BYTES, wasUnused)) {
            return false;
        }
        int known = other.epochs().size();
        int all = Math.max(known, epochs);
        if (all > EPOCHS_IN_FIRST_SECTOR) {
            return true; // how many there are is in another sector than some of them
        }
        int end = CheckpointLayout.EPOCHS_OFFSET + all * CheckpointLayout.EPOCH_BYTES;
        return isEqual(slot, whole, CheckpointLayout.EPOCHS_OFFSET, known * CheckpointLayout.EPOCH_BYTES, true)
                && isZero(slot, end, CheckpointLayout.CRC_OFFSET);
    }

    private static boolean isEqual(ByteBuffer slot, ByteBuffer whole, int offset, int bytes, boolean orZero) {
        for (int i = offset; i < offset + bytes; i++) {
            if (slot.get(i) != whole.get(i) && !(orZero && slot.get(i) == 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int crc(ByteBuffer slot) {
        CRC32C crc = new CRC32C();
        crc.update(slot.duplicate().position(0).limit(CheckpointLayout.CRC_OFFSET));
        return (int) crc.getValue();
    }

    /** Offset of the slot of the newest checkpoint. */
    long newestOffset() {
        Checkpoint newest = newest();
        return newest == null ? 0 : CheckpointLayout.slotOffset(newest.generation());
    }

    List<SegmentPart.Flaw> flaws() {
        return flaws;
    }

    private void read(SegmentFile file, int index) {
        long offset = (long) index * CheckpointLayout.SLOT_BYTES;
        ByteBuffer slot = ByteBuffer.allocate(CheckpointLayout.SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (file.read(slot, offset) < CheckpointLayout.SLOT_BYTES) {
                return; // the file's size says so
            }
        } catch (IOException e) {
            flaw(offset, CheckpointLayout.SLOT_BYTES, SegmentPart.unreadable(e));
            return;
        }
        slot.clear();
        unused[index] = isZero(slot, 0, CheckpointLayout.SLOT_BYTES);
        if (!unused[index]) {
            slots[index] = look(slot, offset);
            broken[index] = slots[index] == null ? slot : null;
        }
    }

    private @Nullable Checkpoint look(ByteBuffer slot, long offset) {
        long magic = slot.getLong(CheckpointLayout.MAGIC_OFFSET);
        if (magic != CheckpointLayout.MAGIC) {
            Mismatch mismatch = Mismatch.hex("magic", CheckpointLayout.MAGIC, magic);
            flaw(offset, CheckpointLayout.SLOT_BYTES, mismatch);
            return null;
        }
        int computed = crc(slot);
        int stored = slot.getInt(CheckpointLayout.CRC_OFFSET);
        if (computed != stored) {
            flaw(offset, CheckpointLayout.SLOT_BYTES, Mismatch.hex("slotChecksum", computed, stored));
            return null;
        }
        int version = CheckpointLayout.version(slot);
        if (version != CheckpointLayout.VERSION) {
            newer = true;
            Mismatch mismatch = Mismatch.of("version", CheckpointLayout.VERSION, version);
            flaw(offset + CheckpointLayout.VERSION_OFFSET, Integer.BYTES, mismatch);
            return null;
        }
        int epochs = slot.getInt(CheckpointLayout.EPOCH_COUNT_OFFSET);
        if (epochs < 1 || epochs > CheckpointLayout.MAX_EPOCHS) {
            Mismatch mismatch = Mismatch.of("epochCount", "1 to " + CheckpointLayout.MAX_EPOCHS, epochs);
            flaw(offset + CheckpointLayout.EPOCH_COUNT_OFFSET, Integer.BYTES, mismatch);
            return null;
        }
        int end = CheckpointLayout.EPOCHS_OFFSET + epochs * CheckpointLayout.EPOCH_BYTES;
        for (int i = end; i < CheckpointLayout.CRC_OFFSET; i++) {
            if (slot.get(i) != 0) {
                flaw(offset + i, 1, Mismatch.of("unused", 0, slot.get(i)));
                return null;
            }
        }
        Checkpoint found = CheckpointLayout.decode(slot);
        if (found.generation() < 1 || CheckpointLayout.slotOffset(found.generation()) != offset) {
            Mismatch mismatch = Mismatch.of("generation", "one of this slot", found.generation());
            flaw(offset + CheckpointLayout.GENERATION_OFFSET, Long.BYTES, mismatch);
            return null;
        }
        for (int i = 1; i < epochs; i++) {
            Checkpoint.Epoch before = found.epochs().get(i - 1);
            Checkpoint.Epoch epoch = found.epochs().get(i);
            if (epoch.epoch() <= before.epoch()) {
                long at = offset + CheckpointLayout.EPOCHS_OFFSET + (long) i * CheckpointLayout.EPOCH_BYTES;
                flaw(at, Integer.BYTES, Mismatch.of("epoch", "above " + before.epoch(), epoch.epoch()));
                return null;
            }
        }
        return found;
    }

    private void compareSlots() {
        Checkpoint newest = newest();
        if (newest == null) {
            if (unused[0] && unused[1]) {
                flaw(0, CheckpointLayout.FILE_BYTES, new Mismatch("checkpoint", "one whole", "none"));
            }
            return;
        }
        int other = newestOffset() == 0 ? 1 : 0;
        Checkpoint older = slots[other];
        long expected = newest.generation() - 1;
        long offset = (long) other * CheckpointLayout.SLOT_BYTES;
        if (older != null && older.generation() != expected) {
            Mismatch mismatch = Mismatch.of("generation", expected, older.generation());
            flaw(offset + CheckpointLayout.GENERATION_OFFSET, Long.BYTES, mismatch);
        } else if (older == null && expected > 0 && unused[other]) {
            Mismatch mismatch = new Mismatch("generation", Long.toString(expected), "zeros");
            flaw(offset, CheckpointLayout.SLOT_BYTES, mismatch);
        } else if (older != null && older.logId() != newest.logId()) {
            Mismatch mismatch = Mismatch.hex("logId", newest.logId(), older.logId());
            flaw(offset + CheckpointLayout.LOG_ID_OFFSET, Long.BYTES, mismatch);
        } else if (older != null && older.logStart() > newest.logStart()) {
            Mismatch mismatch = Mismatch.of("logStart", "at most " + newest.logStart(), older.logStart());
            flaw(offset + CheckpointLayout.LOG_START_OFFSET, Long.BYTES, mismatch);
        }
    }

    private void flaw(long offset, long bytes, Mismatch mismatch) {
        flaws.add(new SegmentPart.Flaw(offset, bytes, mismatch, ""));
    }
}
