package io.netbus.redex;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where to start looking for a record, or for a time, in a segment.
 * <p>
 * <b>Threads:</b> one adds, any number look up.
 */
final class SegmentIndex {

    /*
     * One entry per KiB of frames: the frame's first record, counted from the segment's first, its offset, and its
     * timestamp, in the form of the index file (IndexLayout). That is less than two parts in a hundred of a segment, in
     * the heap for the one that is appended to; of the others the file is mapped. A lookup guesses where the entry is, as
     * if all frames were alike, and searches from there with steps that double: near the guess it touches two or three
     * entries.
     *
     * An entry is stored before the count that shows it, and a buffer only ever gives way to a longer copy, so who reads
     * the count first finds at least that many entries.
     */
    static final int INTERVAL_BYTES = 1024;

    private static final int FIRST_ENTRIES = 64;
    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(SegmentIndex.class, "count", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile ByteBuffer entries;
    private final @Nullable Mapping mapping; // of the file they are in; null if they are in the heap

    @SuppressWarnings("UnusedVariable") // read and written through COUNT
    private int count;

    private long nextOffset; // of the adder: frames before it need no entry
    private long nextSequence; // of the adder, as the next
    private long end;

    /** One without entries, of a segment that starts at that sequence. */
    SegmentIndex(long baseSequence) {
        this(allocate(FIRST_ENTRIES), null, 0, SegmentLayout.HEAD_BYTES, baseSequence);
    }

    private SegmentIndex(ByteBuffer entries, @Nullable Mapping mapping, int count, long end, long nextSequence) {
        this.entries = entries;
        this.mapping = mapping;
        this.end = end;
        this.nextSequence = nextSequence;
        COUNT.setRelease(this, count);
        this.nextOffset = count == 0 ? 0 : offset(count - 1) + INTERVAL_BYTES;
    }

    /**
     * One in a file.
     *
     * @param file all of it, in the form of {@link IndexLayout}
     * @param mapping that it is in, to be closed with the index; null if it is in the heap
     * @param end offset behind the last frame it is about
     * @param nextSequence of the frame there
     */
    static SegmentIndex of(ByteBuffer file, @Nullable Mapping mapping, int count, long end, long nextSequence) {
        ByteBuffer entries = file.slice(IndexLayout.HEAD_BYTES, count * IndexLayout.ENTRY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        return new SegmentIndex(entries, mapping, count, end, nextSequence);
    }

    /** One in the heap, to be added to: a copy if this one is not. The frame that is added next gets an entry. */
    SegmentIndex growable() {
        nextOffset = 0;
        if (mapping == null) {
            return this;
        }
        int size = count();
        ByteBuffer copy = allocate(Math.max(FIRST_ENTRIES, 2 * size));
        copy.put(0, entries, 0, size * IndexLayout.ENTRY_BYTES);
        SegmentIndex grown = new SegmentIndex(copy, null, size, end, nextSequence);
        grown.nextOffset = 0;
        return grown;
    }

    /**
     * Goes on over the frames that follow, up to the segment's end, looking at their heads only, and around damaged ones.
     *
     * @return whether there was none of these
     */
    boolean readOn(ReadableBytes bytes, SegmentHead head, long segmentEnd) throws IOException {
        FrameWindow window = new FrameWindow(FrameWindow.SCAN_BYTES);
        boolean whole = true;
        while (end < segmentEnd) {
            String defect = window.head(bytes, end, segmentEnd, head.frameTag(), nextSequence);
            if (defect != null) {
                whole = false;
                if (count() == 0) { // a search starts at the segment's first frame, whatever is there
                    add(0, end, Long.MIN_VALUE);
                }
                long next = window.nextFrame(bytes, end, segmentEnd, head.frameTag(), nextSequence);
                if (next < 0) {
                    end = segmentEnd;
                    break;
                }
                end = next;
                nextSequence = window.baseSequence();
            }
            add(nextSequence - head.baseSequence(), end, window.timestampNanos());
            end += window.frameBytes();
            nextSequence += window.count();
        }
        return whole;
    }

    /** Called for every frame in order; keeps one in a while. */
    void add(long record, long offset, long timestampNanos) {
        if (offset < nextOffset) {
            return;
        }
        int size = count();
        ByteBuffer buffer = entries;
        if ((size + 1) * IndexLayout.ENTRY_BYTES > buffer.capacity()) {
            buffer = allocate(2 * size).put(0, buffer, 0, size * IndexLayout.ENTRY_BYTES);
            entries = buffer;
        }
        IndexLayout.putEntry(buffer, size, record, offset, timestampNanos);
        COUNT.setRelease(this, size + 1);
        nextOffset = offset + INTERVAL_BYTES;
    }

    /** How many entries there are. */
    int count() {
        return (int) COUNT.getAcquire(this);
    }

    /** Offset behind the last frame it is about, unless frames were added. */
    long end() {
        return end;
    }

    /** The entries, at index 0. */
    ByteBuffer entries() {
        return entries;
    }

    /**
     * The last entry whose first record is at or below that one; the first if none is.
     *
     * @throws IOException if the file cannot be read
     */
    int floor(long record) throws IOException {
        return checked(() -> search(record));
    }

    private int search(long record) {
        int size = count();
        ByteBuffer buffer = entries;
        long span = IndexLayout.record(buffer, size - 1);
        int guess = span == 0 ? 0 : (int) Math.min(size - 1, record * (size - 1) / span);
        int low = guess;
        int high = guess;
        int step = 1;
        if (IndexLayout.record(buffer, guess) <= record) {
            high = guess + step;
            while (high < size && IndexLayout.record(buffer, high) <= record) {
                low = high;
                step *= 2;
                high = low + step;
            }
            high = Math.min(high, size);
        } else {
            low = guess - step;
            while (low > 0 && IndexLayout.record(buffer, low) > record) {
                high = low;
                step *= 2;
                low = high - step;
            }
            low = Math.max(low, 0);
        }
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (IndexLayout.record(buffer, middle) <= record) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * The last entry whose frame is stamped before a time; the first if none is.
     *
     * @throws IOException if the file cannot be read
     */
    int before(long timestampNanos) throws IOException {
        return checked(() -> searchTime(timestampNanos));
    }

    /** What a search found; what it has read to find it must have been there. */
    private int checked(IntSupplier search) throws IOException {
        if (mapping == null) {
            return search.getAsInt();
        }
        try {
            int entry = search.getAsInt();
            MemoryFault.check();
            return entry;
        } catch (InternalError e) {
            throw MemoryFault.exception(e);
        }
    }

    private int searchTime(long timestampNanos) {
        int low = 0;
        int high = count() - 1;
        ByteBuffer buffer = entries;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (IndexLayout.timestampNanos(buffer, middle) < timestampNanos) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The first record of an entry's frame, counted from the segment's first. */
    long record(int entry) {
        return IndexLayout.record(entries, entry);
    }

    /** The offset of an entry's frame. */
    long offset(int entry) {
        return IndexLayout.offset(entries, entry);
    }

    /** Lets go of its file. */
    void close() {
        if (mapping != null) {
            mapping.close();
        }
    }

    private static ByteBuffer allocate(int size) {
        return ByteBuffer.allocate(size * IndexLayout.ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
}
