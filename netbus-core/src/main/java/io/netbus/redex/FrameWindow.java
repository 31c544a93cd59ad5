package io.netbus.redex;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The part of a segment that a reader has in memory, and the frame in it that it looks at. Reads ahead, the further the
 * longer it is read in order; grows for a frame that is larger and shrinks back after it. <b>Threads:</b> one at a time.
 */
final class FrameWindow {

    /** Room for who goes over a whole segment. */
    static final int SCAN_BYTES = 16 * 1024; // what is copied there stays in the processor's caches

    /** A frame that is larger is loaded only after its checksum was found right. */
    private static final int LARGE_BYTES = 1024 * 1024;

    private static final int FIRST_LOAD_BYTES = 2 * 1024;
    private static final int SMALL_LOADS_BEFORE_SHRINKING = 64;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int normalBytes;
    private final CRC32C crc = new CRC32C();

    private byte[] bytes;
    private ByteBuffer loading; // over the bytes, as is the view
    private ByteBuffer view;
    private long offset; // in the file, of the window's first byte
    private int length; // 0: nothing loaded
    private int smallLoads;
    private int ahead = FIRST_LOAD_BYTES; // how much to load

    private int frame; // the frame's place in the window
    private int frameBytes;

    private byte[] records; // which the opened records are in: those of the window, or the expanded
    private ByteBuffer recordsView;
    private int recordsStart;
    private int recordsEnd;
    private byte[] expanded = {};
    private ByteBuffer expandedView = ByteBuffer.wrap(expanded);
    private int smallExpanded;

    FrameWindow(int normalBytes) {
        this.normalBytes = normalBytes;
        bytes = new byte[normalBytes];
        loading = ByteBuffer.wrap(bytes);
        view = loading.asReadOnlyBuffer();
        records = bytes;
        recordsView = view;
    }

    /** Forgets what is loaded; to be called before reading another file. */
    void clear() {
        length = 0;
    }

    /**
     * Looks at the head of the frame at an offset.
     *
     * @param limit offset behind the last byte to look at
     * @param tag what the frame should carry
     * @return what is wrong with it; null if nothing is
     */
    @Nullable
    String head(ReadableBytes file, long at, long limit, int tag) throws IOException {
        if (limit - at < FrameLayout.HEAD_BYTES) {
            return Defect.of("bytesLeft", "at least " + FrameLayout.HEAD_BYTES, limit - at);
        }
        frame = load(file, at, FrameLayout.HEAD_BYTES, limit);
        if (frame < 0) {
            return Defect.of("fileBytes", "at least " + limit, file.size());
        }
        int size = intAt(frame + FrameLayout.LENGTH_OFFSET);
        if (!FrameLayout.isLength(size, limit - at)) {
            return Defect.of("frameBytes", "a multiple of 8 in [40, " + (limit - at) + "]", size);
        }
        if (tag() != tag) {
            return Defect.of("tag", tag, tag());
        }
        int count = countField();
        if (!FrameLayout.isCount(count, size)) {
            return Defect.of("recordCount", "at least 1, and room for them in " + size + " bytes", count);
        }
        frameBytes = size;
        return null;
    }

    /** Whether a whole frame with that tag starts at an offset, of a sequence at or above that one. */
    boolean holdsFrame(ReadableBytes file, long at, long limit, int tag, long sequence) throws IOException {
        frame = load(file, at, FrameLayout.HEAD_BYTES, limit);
        if (frame < 0 || tag() != tag) {
            return false;
        }
        int size = intAt(frame + FrameLayout.LENGTH_OFFSET);
        if (!FrameLayout.isLength(size, limit - at)
                || !FrameLayout.isCount(countField(), size)
                || baseSequence() < sequence) {
            return false;
        }
        frameBytes = size;
        return body(file, at, limit) == null;
    }

    /**
     * Finds the first whole frame with that tag behind one that is not whole, of a sequence at or above that one.
     *
     * @return its offset; -1 if there is none
     */
    long nextFrame(ReadableBytes file, long at, long limit, int tag, long sequence) throws IOException {
        for (long candidate = at + FrameLayout.ALIGNMENT_BYTES;
                candidate <= limit - FrameLayout.HEAD_BYTES;
                candidate += FrameLayout.ALIGNMENT_BYTES) {
            if (holdsFrame(file, candidate, limit, tag, sequence)) {
                return candidate;
            }
        }
        return -1;
    }

    /** Loads the rest of the frame whose head was found good; returns what is wrong with it, null if nothing is. */
    @Nullable
    String body(ReadableBytes file, long at, long limit) throws IOException {
        int found = crc();
        crc.reset();
        if (frameBytes > LARGE_BYTES) {
            update(file, at + FrameLayout.LENGTH_OFFSET, at + frameBytes);
        } else {
            frame = load(file, at, frameBytes, limit);
            if (frame < 0) {
                return Defect.of("fileBytes", "at least " + limit, file.size());
            }
            crc.update(bytes, frame + FrameLayout.LENGTH_OFFSET, frameBytes - FrameLayout.LENGTH_OFFSET);
        }
        int expected = (int) crc.getValue();
        if (found == expected && frameBytes > LARGE_BYTES) {
            frame = load(file, at, frameBytes, limit);
        }
        return found == expected
                ? null
                : "field=checksum, expected=" + Integer.toHexString(expected) + ", found=" + Integer.toHexString(found);
    }

    /** Goes over bytes of the file piece by piece: a damaged head may claim any length, which needs no memory of that size. */
    private void update(ReadableBytes file, long from, long to) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(SCAN_BYTES);
        for (long at = from; at < to; at += piece.limit()) {
            piece.clear().limit((int) Math.min(piece.capacity(), to - at));
            if (file.read(piece, at) < piece.limit()) {
                return; // the checksum will not be right
            }
            crc.update(piece.flip());
        }
    }

    /** As {@link #head}, also wanting the frame to start at that sequence. */
    @Nullable
    String head(ReadableBytes file, long at, long limit, int tag, long sequence) throws IOException {
        String defect = head(file, at, limit, tag);
        if (defect == null && baseSequence() != sequence) {
            return Defect.of("baseSequence", sequence, baseSequence());
        }
        return defect;
    }

    int frameBytes() {
        return frameBytes;
    }

    long baseSequence() {
        return (long) LONG.get(bytes, frame + FrameLayout.BASE_SEQUENCE_OFFSET);
    }

    long timestampNanos() {
        return (long) LONG.get(bytes, frame + FrameLayout.TIMESTAMP_OFFSET);
    }

    int count() {
        return FrameLayout.count(countField());
    }

    private int countField() {
        return intAt(frame + FrameLayout.COUNT_OFFSET);
    }

    int tag() {
        return intAt(frame + FrameLayout.TAG_OFFSET);
    }

    /** The checksum in the frame's head. */
    int crc() {
        return intAt(frame + FrameLayout.CRC_OFFSET);
    }

    /** The frame whose body was found good, from position to limit; valid until the window moves. */
    ByteBuffer frame() {
        return view.duplicate().limit(frame + frameBytes).position(frame);
    }

    /** The tip behind the frame, which follows that tip. */
    SegmentTip behind(SegmentTip tip) {
        return new SegmentTip(
                tip.generation(),
                tip.end() + frameBytes,
                tip.nextSequence() + count(),
                timestampNanos(),
                frameBytes,
                crc(),
                tip.state());
    }

    private int intAt(int index) {
        return (int) INT.get(bytes, index);
    }

    // --- records

    /** Makes the records of the frame whose body was found good available; returns what is wrong, null if nothing is. */
    @Nullable
    String openRecords() {
        if (FrameLayout.storedAs(countField()) == FrameLayout.PLAIN) {
            if (records != bytes) { // most often they are: a store of a reference costs as much as all else here
                records = bytes;
                recordsView = view;
            }
            recordsStart = frame + FrameLayout.HEAD_BYTES;
            recordsEnd = frame + frameBytes;
            return null;
        }
        int body = frame + FrameLayout.HEAD_BYTES;
        int length = RecordCodec.expandedBytes(bytes, body, frameBytes - FrameLayout.HEAD_BYTES, count());
        if (length >= 0) {
            makeRoomForExpanded(length);
            if (RecordCodec.expand(bytes, body, expanded, length)) {
                records = expanded;
                recordsView = expandedView;
                recordsStart = 0;
                recordsEnd = length;
                return null;
            }
        }
        return "field=records, expected=a whole block, found=none";
    }

    private void makeRoomForExpanded(int length) {
        smallExpanded = length <= normalBytes ? smallExpanded + 1 : 0;
        boolean shrink = expanded.length > normalBytes && smallExpanded == SMALL_LOADS_BEFORE_SHRINKING;
        if (expanded.length < length || shrink) {
            expanded = new byte[Math.max(normalBytes, length)];
            expandedView = ByteBuffer.wrap(expanded).asReadOnlyBuffer();
        }
    }

    /** What the records that were opened last are in, read-only; valid until the window moves. */
    ByteBuffer records() {
        return recordsView;
    }

    /** Where the first record starts in {@link #records()}. */
    int recordsStart() {
        return recordsStart;
    }

    /** Where there are no more. */
    int recordsEnd() {
        return recordsEnd;
    }

    /** Length of the record that starts at a place in {@link #records()}. */
    int recordBytes(int index) {
        return (int) INT.get(records, index);
    }

    /** Makes the bytes from an offset on available; returns their place in the window, -1 if the file is too short. */
    private int load(ReadableBytes file, long at, int count, long limit) throws IOException {
        if (at >= offset && at + count <= offset + length) {
            return (int) (at - offset);
        }
        resize(count);
        boolean inOrder = length > 0 && at > offset && at <= offset + length;
        ahead = inOrder ? Math.min(2 * ahead, bytes.length) : FIRST_LOAD_BYTES;
        length = 0;
        int wanted = (int) Math.min(Math.min(bytes.length, Math.max(count, ahead)), limit - at);
        int read = file.read(loading.clear().limit(wanted), at);
        offset = at;
        length = read;
        return read < count ? -1 : 0;
    }

    private void resize(int count) {
        smallLoads = count <= normalBytes ? smallLoads + 1 : 0;
        boolean shrink = bytes.length > normalBytes && smallLoads == SMALL_LOADS_BEFORE_SHRINKING;
        if (bytes.length < count || shrink) {
            bytes = new byte[Math.max(normalBytes, count)];
            loading = ByteBuffer.wrap(bytes);
            view = loading.asReadOnlyBuffer();
        }
    }
}
