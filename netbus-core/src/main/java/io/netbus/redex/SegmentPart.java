package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A segment file as it is found by one who takes nothing in it for granted; all but its frames. */
final class SegmentPart {

    /** A place in the head page that is not what it should be. */
    record Flaw(long offset, long bytes, Mismatch mismatch, String detail) {}

    private static final int RESERVED_OFFSET = TipLayout.STATE_OFFSET + Integer.BYTES;
    private static final int SLOTS = 2; // so much higher is the generation of a slot's next tip
    private static final int HEAD_FIELDS_BYTES = SegmentLayout.CRC_OFFSET + Integer.BYTES;

    final Path path;
    final long base; // as its name says
    final long size; // taken after the page, so that it is not below what a tip in it vouches for

    private final List<Flaw> flaws = new ArrayList<>();
    private final List<Flaw> explained = new ArrayList<>(); // of the flaws, those that a crash explains
    private final @Nullable SegmentTip[] slots = new @Nullable SegmentTip[SegmentLayout.TIP_OFFSETS.length];

    private @Nullable SegmentHead head; // null if it is damaged
    private boolean newer; // a later release wrote it
    private boolean empty = true; // the page holds zeros only, or is not there
    private int epoch; // the head's, or the one it must be

    private SegmentPart(Path path, long size) {
        this.path = path;
        this.size = size;
        this.base = SegmentLayout.baseSequence(path.getFileName().toString());
    }

    static SegmentPart read(SegmentStore store, Path path) throws IOException {
        try (SegmentFile file = store.openForReading(path)) {
            ByteBuffer page = ByteBuffer.allocate(SegmentLayout.HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            try {
                int read = file.read(page, 0);
                SegmentPart part = new SegmentPart(path, file.size());
                part.look(page.clear(), read);
                return part;
            } catch (IOException e) {
                SegmentPart part = new SegmentPart(path, file.size());
                part.flaw(0, SegmentLayout.HEAD_BYTES, unreadable(e), "");
                part.empty = false;
                return part;
            }
        }
    }

    /** What is to be said of a place that cannot be read. */
    static Mismatch unreadable(IOException cause) {
        return new Mismatch("read", "bytes", String.valueOf(cause.getMessage()));
    }

    @Nullable
    SegmentHead head() {
        return head;
    }

    /** Whether a later release wrote it, so that nothing more can be said. */
    boolean isNewer() {
        return newer;
    }

    /** Whether not even a part of a head page was written. */
    boolean isUnwritten() {
        return empty;
    }

    /** Whether all of the head page can be what was written. */
    boolean isWhole() {
        return flaws.isEmpty();
    }

    List<Flaw> flaws() {
        return flaws;
    }

    /** Whether a crash explains a flaw. */
    boolean isExplained(Flaw flaw) {
        return explained.contains(flaw);
    }

    /** Whether some words of a slot can be of the tip before another and some of the one behind it. */
    private static boolean isMixed(ByteBuffer slot, SegmentTip other) {
        long generation = slot.getLong(TipLayout.GENERATION_OFFSET);
        long end = slot.getLong(TipLayout.END_OFFSET);
        int frameBytes = slot.getInt(TipLayout.FRAME_BYTES_OFFSET);
        boolean reserved = true;
        for (int i = RESERVED_OFFSET; i < TipLayout.CRC_OFFSET; i++) {
            reserved &= slot.get(i) == 0;
        }
        return reserved
                && (generation == other.generation() - 1 || generation == other.generation() + 1)
                && (end == 0 ? other.generation() == 1 : end >= SegmentLayout.HEAD_BYTES)
                && end % FrameLayout.ALIGNMENT_BYTES == 0
                && slot.getLong(TipLayout.NEXT_SEQUENCE_OFFSET) >= 0
                && frameBytes >= 0
                && frameBytes % FrameLayout.ALIGNMENT_BYTES == 0
                && SegmentTip.State.of(slot.getInt(TipLayout.STATE_OFFSET)) != null;
    }

    int epoch() {
        return epoch;
    }

    void assumeEpoch(int assumed) {
        if (head == null) {
            epoch = assumed;
        }
    }

    /** The tip in a slot; null if the slot was never written, or is damaged. */
    @Nullable
    SegmentTip slot(int index) {
        return slots[index];
    }

    /** The newer of the tips; null if none is whole. */
    @Nullable
    SegmentTip tip() {
        SegmentTip first = slots[0];
        SegmentTip second = slots[1];
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return first.generation() > second.generation() ? first : second;
    }

    /** Whether nothing follows the tip, as far as is known. */
    boolean isExact() {
        SegmentTip tip = tip();
        return tip != null && tip.isExact();
    }

    private void look(ByteBuffer page, int read) {
        if (read < SegmentLayout.HEAD_BYTES) {
            for (int i = 0; i < read; i++) {
                empty &= page.get(i) == 0;
            }
            flaw(
                    read,
                    SegmentLayout.HEAD_BYTES - read,
                    Mismatch.of("fileBytes", "at least " + SegmentLayout.HEAD_BYTES, read),
                    "the head page is cut");
            return;
        }
        for (int i = 0; i < read; i++) {
            empty &= page.get(i) == 0;
        }
        lookAtHead(page);
        if (newer) {
            return;
        }
        for (int i = 0; i < slots.length; i++) {
            slots[i] = lookAtSlot(page, SegmentLayout.TIP_OFFSETS[i]);
        }
        compareSlots(page);
        lookForStrayBytes(page);
    }

    private void lookAtHead(ByteBuffer page) {
        int computed = crc(page, 0, SegmentLayout.CRC_OFFSET);
        int stored = page.getInt(SegmentLayout.CRC_OFFSET);
        long magic = page.getLong(SegmentLayout.MAGIC_OFFSET);
        if (magic != SegmentLayout.MAGIC) {
            flaw(SegmentLayout.MAGIC_OFFSET, Long.BYTES, Mismatch.hex("magic", SegmentLayout.MAGIC, magic), "");
        } else if (computed != stored) {
            flaw(0, HEAD_FIELDS_BYTES, Mismatch.hex("headChecksum", computed, stored), "");
        }
        if (!flaws.isEmpty()) {
            return;
        }
        int version = SegmentLayout.version(page);
        if (version != SegmentLayout.VERSION) {
            newer = true;
            flaw(
                    SegmentLayout.VERSION_OFFSET,
                    Integer.BYTES,
                    Mismatch.of("version", SegmentLayout.VERSION, version),
                    "written by another release, which has to read it");
            return;
        }
        SegmentHead found = SegmentLayout.decode(page);
        head = found;
        epoch = found.epoch();
        for (int i = SegmentLayout.EPOCH_START_OFFSET + Long.BYTES; i < SegmentLayout.CRC_OFFSET; i++) {
            if (page.get(i) != 0) {
                flaw(i, 1, Mismatch.of("unused", 0, page.get(i)), "");
            }
        }
        if (found.baseSequence() != base) {
            flaw(
                    SegmentLayout.BASE_SEQUENCE_OFFSET,
                    Long.BYTES,
                    Mismatch.of("baseSequence", base, found.baseSequence()),
                    "the file's name says another");
        }
        if (found.epoch() < 0) {
            flaw(SegmentLayout.EPOCH_OFFSET, Integer.BYTES, Mismatch.of("epoch", "0 or more", found.epoch()), "");
        }
    }

    private @Nullable SegmentTip lookAtSlot(ByteBuffer page, int slot) {
        if (TipLayout.isUnused(page, slot)) {
            return null;
        }
        int computed = crc(page, slot, TipLayout.CRC_OFFSET);
        int stored = page.getInt(slot + TipLayout.CRC_OFFSET);
        if (computed != stored) {
            flaw(slot, TipLayout.BYTES, Mismatch.hex("tipChecksum", computed, stored), "");
            return null;
        }
        SegmentTip tip = TipLayout.decode(page, slot);
        if (tip == null) {
            int state = page.getInt(slot + TipLayout.STATE_OFFSET);
            flaw(slot, TipLayout.BYTES, Mismatch.of("tipState", "0 to 2", state), "");
            return null;
        }
        Mismatch mismatch = null;
        if (tip.generation() < 1 || SegmentLayout.tipOffset(tip.generation()) != slot) {
            mismatch = Mismatch.of("tipGeneration", "one of this slot", tip.generation());
        } else if (tip.end() < SegmentLayout.HEAD_BYTES || tip.end() % FrameLayout.ALIGNMENT_BYTES != 0) {
            mismatch = Mismatch.of("tipEnd", "a multiple of 8 behind the head", tip.end());
        } else if (tip.frameBytes() < 0 || tip.frameOffset() < SegmentLayout.HEAD_BYTES) {
            mismatch = Mismatch.of("tipFrameBytes", "at most what precedes its end", tip.frameBytes());
        } else if (tip.nextSequence() < base) {
            mismatch = Mismatch.of("tipNextSequence", "at least " + base, tip.nextSequence());
        } else {
            for (int i = slot + RESERVED_OFFSET; i < slot + TipLayout.CRC_OFFSET; i++) {
                if (page.get(i) != 0) {
                    mismatch = Mismatch.of("unused", 0, page.get(i));
                }
            }
        }
        if (mismatch == null) {
            return tip;
        }
        flaw(slot, TipLayout.BYTES, mismatch, "");
        return null;
    }

    /** Each tip is written behind the one before it, into the other slot. */
    private void compareSlots(ByteBuffer page) {
        SegmentTip newest = tip();
        int first = SegmentLayout.TIP_OFFSETS[0];
        int second = SegmentLayout.TIP_OFFSETS[1];
        if (newest == null) {
            if (TipLayout.isUnused(page, first) && TipLayout.isUnused(page, second)) {
                Mismatch mismatch = new Mismatch("tip", "one whole", "none");
                flaw(first, second + TipLayout.BYTES - first, mismatch, "how far the segment was forced is unknown");
            }
            return;
        }
        boolean isFirst = SegmentLayout.tipOffset(newest.generation()) == first;
        int other = isFirst ? second : first;
        SegmentTip older = slots[isFirst ? 1 : 0];
        long expected = newest.generation() - 1;
        boolean isUnused = TipLayout.isUnused(page, other);
        if (older != null && older.generation() != expected) {
            flaw(other, TipLayout.BYTES, Mismatch.of("tipGeneration", expected, older.generation()), "");
        } else if (older == null && expected > 0 && isUnused) {
            Mismatch mismatch = new Mismatch("tipGeneration", Long.toString(expected), "zeros");
            flaw(other, TipLayout.BYTES, mismatch, "");
        }
        long found = older == null ? 0 : older.generation();
        // it was not forced yet, and the newest is on disk by chance, or by a force that a power cut ended
        boolean isLost = found == expected - SLOTS && (found > 0 || isUnused);
        boolean isTorn = older == null && !isUnused && isTorn(page.slice(other, TipLayout.BYTES), newest);
        for (Flaw flaw : flaws) {
            if (flaw.offset() == other && flaw.bytes() == TipLayout.BYTES && (isLost || isTorn)) {
                explained.add(flaw);
            }
        }
    }

    /**
     * Whether a process that ended while it wrote a tip explains what is in the slot. What one flipped bit explains is damage,
     * though it could be that a tip was written up to there.
     */
    private static boolean isTorn(ByteBuffer slice, SegmentTip other) {
        ByteBuffer slot = slice.order(ByteOrder.LITTLE_ENDIAN);
        return isMixed(slot, other) && !FlippedBit.explains(slot);
    }

    private void lookForStrayBytes(ByteBuffer page) {
        int end = HEAD_FIELDS_BYTES;
        for (int tip : SegmentLayout.TIP_OFFSETS) {
            lookForStrayBytes(page, end, tip);
            end = tip + TipLayout.BYTES;
        }
        lookForStrayBytes(page, end, SegmentLayout.HEAD_BYTES);
    }

    /** One flaw for each run of bytes that are not zero. */
    private void lookForStrayBytes(ByteBuffer page, int from, int to) {
        int at = from;
        while (at < to) {
            int start = at;
            while (at < to && page.get(at) != 0) {
                at++;
            }
            if (at > start) {
                flaw(start, at - start, Mismatch.of("unused", 0, page.get(start)), "");
            }
            at++;
        }
    }

    private void flaw(long offset, long bytes, Mismatch mismatch, String detail) {
        flaws.add(new Flaw(offset, bytes, mismatch, detail));
    }

    private static int crc(ByteBuffer page, int from, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(page.duplicate().position(from).limit(from + bytes));
        return (int) crc.getValue();
    }
}
