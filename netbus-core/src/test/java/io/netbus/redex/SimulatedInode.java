package io.netbus.redex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One file's content, three times: as processes see it, as the kernel believes it is on disk, and as it is on disk.
 * <p>
 * <b>Threads:</b> under its store's lock, except that anybody stores into {@link #mapped}.
 */
final class SimulatedInode implements SimulatedDisk.Node {

    /*
     * A sector is dirty if what processes see is another version than the kernel believes to be on disk. A failed force
     * can make the kernel believe something false; nothing but a new version of the sector is then written again.
     *
     * Sizes change in order, as a journal keeps them. A cut takes effect on disk with its change of size, and what is
     * stored behind it later gets there only after it: the sectors were free in between.
     *
     * Nobody tells of a store through a mapping. Each call on the store looks for bytes that differ from those of the
     * last look, and makes new versions of their sectors.
     */
    private static final int PAGE_BYTES = 4096;
    private static final int WORD_BYTES = Long.BYTES;
    private static final int MAX_SIZES = 64;

    private final String name; // for messages
    private final SimulatedSpace space;

    private Sectors cache = new Sectors();
    private Sectors clean = new Sectors();
    private Sectors durable = new Sectors();
    private BitSet blocks = new BitSet(); // sectors that take up space

    private long size;
    private long durableSize;
    private final List<SizeChange> sizes = new ArrayList<>(); // since the durable one

    private boolean linked = true;
    private int users; // open files and mappings
    private int mappings;
    private @Nullable Image image; // while mapped
    private @Nullable Sectors marked;

    private record SizeChange(long bytes, boolean cut) {}

    /** The mapped memory, and its content at the last look. */
    private record Image(ByteBuffer bytes, ByteBuffer seen) {

        private Image(int capacity) {
            this(ByteBuffer.allocateDirect(capacity), ByteBuffer.allocate(capacity));
        }

        private int capacity() {
            return seen.capacity();
        }

        private void put(long offset, byte[] from, int index, int length) {
            int fitting = (int) Math.min(length, capacity() - offset);
            if (fitting > 0) {
                bytes.put((int) offset, from, index, fitting);
                seen.put((int) offset, from, index, fitting);
            }
        }

        /** Where memory and last look differ first; the end if they do not. */
        private int mismatch(int from, int end) {
            if (from >= end) {
                return end;
            }
            int found = bytes.slice(from, end - from).mismatch(seen.slice(from, end - from));
            return found < 0 ? end : from + found;
        }
    }

    SimulatedInode(String name, SimulatedSpace space) {
        this.name = name;
        this.space = space;
    }

    // --- what a process does

    long size() {
        return size;
    }

    byte[] content() {
        look();
        byte[] content = new byte[(int) size];
        read(ByteBuffer.wrap(content), 0);
        return content;
    }

    int read(ByteBuffer bytes, long offset) {
        look();
        int start = bytes.position();
        long at = offset;
        while (bytes.hasRemaining() && at < size) {
            int within = (int) (at % Sectors.BYTES);
            int count = (int) Math.min(Math.min(Sectors.BYTES - within, bytes.remaining()), size - at);
            bytes.put(cache.get((int) (at / Sectors.BYTES)), within, count);
            at += count;
        }
        return bytes.position() - start;
    }

    /** Writes at most that many bytes; returns how many found room. */
    int write(ByteBuffer bytes, long offset, int length) {
        look();
        int done = 0;
        while (done < length) {
            long at = offset + done;
            int index = (int) (at / Sectors.BYTES);
            int within = (int) (at % Sectors.BYTES);
            int count = Math.min(Sectors.BYTES - within, length - done);
            if (!blocks.get(index)) {
                if (!space.take()) {
                    break;
                }
                blocks.set(index);
            }
            byte[] content = cache.get(index).clone();
            bytes.get(content, within, count);
            put(index, content);
            done += count;
        }
        if (done > 0 && offset + done > size) {
            change(offset + done);
        }
        return done;
    }

    void resize(long bytes) {
        look();
        if (bytes < size) {
            int kept = Sectors.covering(bytes);
            for (int index = kept; index < cache.count(); index++) {
                put(index, Sectors.HOLE);
            }
            cache.cutFrom(kept);
            clean.cutFrom(kept);
            if (blocks.length() > kept) {
                space.give(blocks.get(kept, blocks.length()).cardinality());
                blocks.clear(kept, blocks.length());
            }
            int within = (int) (bytes % Sectors.BYTES);
            if (within > 0 && cache.get(kept - 1) != Sectors.HOLE) {
                put(kept - 1, zeroedFrom(cache.get(kept - 1), within));
            }
        }
        if (bytes != size) {
            change(bytes);
        }
    }

    /** The file's first bytes as memory, shared by all who map it. */
    ByteBuffer mapped(int bytes, int capacity) {
        if (bytes > size) {
            resize(bytes);
        }
        Image current = image;
        if (current == null) {
            current = new Image(Math.max(bytes, capacity));
            image = current;
            for (int index = 0; index < cache.count(); index++) {
                if (cache.get(index) != Sectors.HOLE) {
                    current.put((long) index * Sectors.BYTES, cache.get(index), 0, Sectors.BYTES);
                }
            }
        } else if (bytes > current.capacity()) {
            throw new IllegalStateException("file is mapped twice, and larger the second time: file=" + name
                    + ", bytes=" + bytes + ", capacity=" + current.capacity() + " (set mapCapacity)");
        }
        mappings++;
        users++;
        return current.bytes().slice(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns whether it was the last mapping. */
    boolean unmap() {
        look();
        mappings--;
        if (mappings == 0) {
            image = null;
        }
        letGo();
        return mappings == 0;
    }

    void forgetImage() {
        image = null;
    }

    void use() {
        users++;
    }

    void letGo() {
        users--;
        freeIfUnused();
    }

    void unlink() {
        linked = false;
        freeIfUnused();
    }

    /** Finds what was stored through mappings since the last look. */
    void look() {
        Image current = image;
        if (current == null) {
            return;
        }
        int end = (int) Math.min(size, current.capacity());
        for (int at = current.mismatch(0, end); at < end; at = current.mismatch(at, end)) {
            int index = at / Sectors.BYTES;
            int start = index * Sectors.BYTES;
            int count = Math.min(Sectors.BYTES, end - start);
            byte[] content = cache.get(index).clone();
            current.bytes().get(start, content, 0, count);
            current.seen().put(start, content, 0, count);
            cache.set(index, content);
            if (!blocks.get(index)) {
                blocks.set(index);
                if (!space.take()) {
                    space.add(1);
                    space.violations.add("stored where the full disk has no sector: file=" + name + ", offset=" + at);
                }
            }
            at = start + count;
        }
        lookBehindTheEnd(current);
    }

    private void lookBehindTheEnd(Image current) {
        long endOfLastPage = (size + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        int from = (int) Math.min(endOfLastPage, current.capacity());
        int at = current.mismatch(from, current.capacity());
        if (at < current.capacity()) {
            space.violations.add("stored behind the file's last page: file=" + name + ", offset=" + at);
            current.seen().put(from, current.bytes(), from, current.capacity() - from);
        }
    }

    /** A new version of a sector, also in mapped memory. */
    private void put(int index, byte[] content) {
        cache.set(index, content);
        Image current = image;
        if (current != null) {
            current.put((long) index * Sectors.BYTES, content, 0, Sectors.BYTES);
        }
    }

    private void change(long bytes) {
        sizes.add(new SizeChange(bytes, bytes < size));
        size = bytes;
        if (sizes.size() > MAX_SIZES && !sizes.get(MAX_SIZES / 2).cut()) {
            sizes.remove(MAX_SIZES / 2); // one outcome less
        }
    }

    private void freeIfUnused() {
        if (!linked && users == 0) {
            space.give(blocks.cardinality());
            blocks.clear();
        }
    }

    // --- what reaches the disk

    /** Writes the dirty sectors of all pages from one offset up to another, and the size. */
    void force(long from, long upTo) {
        look();
        changeDurable(sizes.size());
        for (int index = 0; index < sectors(); index++) {
            if (isDirty(index) && isWithin(index, from, upTo)) {
                persist(index);
                // a sector that is written takes the size on disk along, also where a failed force had lost it
                durableSize = Math.max(durableSize, Math.min(size, (index + 1L) * Sectors.BYTES));
            }
        }
    }

    private static boolean isWithin(int sector, long from, long upTo) {
        long start = (long) sector * Sectors.BYTES & -PAGE_BYTES;
        return start + PAGE_BYTES > from && start < upTo;
    }

    /** Writes any of it, as the kernel may at any moment. */
    void writeBack(Random random) {
        look();
        double share = random.nextDouble();
        for (int index = 0; index < sectors(); index++) {
            if (isDirty(index) && random.nextDouble() < share) {
                writeBack(index);
            }
        }
        if (random.nextBoolean()) {
            changeDurable(random.nextInt(sizes.size() + 1));
        }
    }

    private void writeBack(int index) {
        changeDurable(changesUpToCut(index));
        persist(index);
        follow(index);
    }

    /** Lets the size follow a sector that is on disk, at the next force at the latest, also where a failed one lost it. */
    private void follow(int index) {
        long covering = Math.min(size, (index + 1L) * Sectors.BYTES);
        long known = sizes.isEmpty() ? durableSize : sizes.get(sizes.size() - 1).bytes();
        if (covering > known) {
            sizes.add(new SizeChange(covering, false));
        }
    }

    /** A force that fails: a share of the dirty sectors is written, the others meet the file system's manners. */
    void failForce(SimulatedStore.AfterFailedForce manners, double share, Random random, long from, long upTo) {
        look();
        for (int index = 0; index < sectors(); index++) {
            if (isDirty(index) && isWithin(index, from, upTo)) {
                if (random.nextDouble() < share) {
                    writeBack(index);
                } else {
                    clean.set(index, cache.get(index));
                }
            }
        }
        if (manners == SimulatedStore.AfterFailedForce.REVERTS) {
            sizes.clear();
            size = durableSize;
            evict();
        } else if (sizes.stream().noneMatch(SizeChange::cut)) {
            sizes.clear(); // the size follows the data, which is believed to be written
            follow(durable.count() - 1);
        }
    }

    /** Forgets what the kernel believes to be on disk, so that it is read anew. */
    void evict() {
        for (int index = 0; index < Math.max(sectors(), durable.count()); index++) {
            if (!isDirty(index) && changesUpToCut(index) == 0 && cache.get(index) != durable.get(index)) {
                put(index, durable.get(index));
                clean.set(index, durable.get(index));
            }
        }
    }

    private int sectors() {
        return Math.max(cache.count(), clean.count());
    }

    private boolean isDirty(int index) {
        return cache.get(index) != clean.get(index);
    }

    private void persist(int index) {
        durable.set(index, cache.get(index));
        clean.set(index, cache.get(index));
    }

    private void changeDurable(int changes) {
        durableSize = changed(durable, durableSize, changes);
        sizes.subList(0, changes).clear();
    }

    /** Applies the first changes of size to sectors; returns the size then. */
    private long changed(Sectors sectors, long before, int changes) {
        long bytes = before;
        for (SizeChange change : sizes.subList(0, changes)) {
            bytes = change.bytes();
            if (change.cut()) {
                sectors.cutFrom(Sectors.covering(bytes));
            }
        }
        return bytes;
    }

    /** How many changes of size come before what is in a sector now: up to the last that cut it off. */
    private int changesUpToCut(int index) {
        for (int i = sizes.size() - 1; i >= 0; i--) {
            if (sizes.get(i).cut() && Sectors.covering(sizes.get(i).bytes()) <= index) {
                return i + 1;
            }
        }
        return 0;
    }

    // --- what a crash leaves

    /** As another process finds it: nothing is lost, and nothing more is on disk. */
    SimulatedInode copy(SimulatedSpace in) {
        SimulatedInode copy = new SimulatedInode(name, in);
        copy.cache = cache.copy();
        copy.clean = clean.copy();
        copy.durable = durable.copy();
        copy.linked = linked;
        copy.blocks = linked ? (BitSet) blocks.clone() : new BitSet(); // nobody has it open any more
        copy.size = size;
        copy.durableSize = durableSize;
        copy.sizes.addAll(sizes);
        copy.marked = marked;
        in.add(copy.blocks.cardinality());
        return copy;
    }

    /** As it is found after a power cut. */
    SimulatedInode afterPowerCut(SimulatedFate fate, SimulatedSpace in) {
        SimulatedInode found = new SimulatedInode(name, in);
        int changes = fate.keptSizes(sizes.size());
        Sectors sectors = durable.copy();
        long bytes = changed(sectors, durableSize, changes);
        for (int index = 0; index < sectors(); index++) {
            if (isDirty(index) && fate.keepsSector() && changesUpToCut(index) <= changes) {
                sectors.set(index, cache.get(index));
            }
        }
        sectors.cutFrom(Sectors.covering(bytes)); // kernels read zeros behind the end, whatever is there
        int within = (int) (bytes % Sectors.BYTES);
        int last = (int) (bytes / Sectors.BYTES);
        if (within > 0 && sectors.get(last) != Sectors.HOLE) {
            sectors.set(last, zeroedFrom(sectors.get(last), within));
        }
        for (int index = 0; index < sectors.count(); index++) {
            found.blocks.set(index, sectors.get(index) != Sectors.HOLE);
        }
        found.durable = sectors;
        found.clean = sectors.copy();
        found.cache = sectors.copy();
        found.size = bytes;
        found.durableSize = bytes;
        in.add(found.blocks.cardinality());
        return found;
    }

    /** Remembers what is in mapped memory now, for {@link #tear}. */
    void mark() {
        look();
        marked = image == null ? null : cache.copy();
    }

    /**
     * Takes back some of the words stored through mappings since the mark.
     *
     * @param ascending keep those below some offset, as a copy from front to back leaves it; else keep any
     */
    void tear(boolean ascending, Random random) {
        Sectors before = marked;
        if (before == null) {
            return;
        }
        List<Integer> words = new ArrayList<>(); // changed ones, by offset
        for (int index = 0; index < cache.count(); index++) {
            if (cache.get(index) != before.get(index)) {
                for (int at = 0; at < Sectors.BYTES; at += WORD_BYTES) {
                    if (word(cache.get(index), at) != word(before.get(index), at)) {
                        words.add(index * Sectors.BYTES + at);
                    }
                }
            }
        }
        int kept = ascending ? random.nextInt(words.size() + 1) : 0;
        double share = random.nextDouble();
        for (int offset : words.subList(kept, words.size())) {
            if (ascending || random.nextDouble() >= share) {
                int index = offset / Sectors.BYTES;
                int within = offset % Sectors.BYTES;
                byte[] content = cache.get(index).clone();
                System.arraycopy(before.get(index), within, content, within, WORD_BYTES);
                cache.set(index, content);
            }
        }
    }

    private static long word(byte[] sector, int at) {
        return ByteBuffer.wrap(sector).getLong(at);
    }

    private static byte[] zeroedFrom(byte[] sector, int from) {
        byte[] content = new byte[Sectors.BYTES];
        System.arraycopy(sector, 0, content, 0, from);
        return content;
    }
}
