package io.netbus.redex;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Looks at frames of which nothing is known to be right. <b>Threads:</b> one at a time.
 */
final class FrameProbe {

    /*
     * A window of fixed size goes over the file, whatever length a frame claims: FrameWindow grows with its frame, which
     * suits a reader of frames that were checked when they were written, but lets one flipped bit ask for a gigabyte.
     *
     * A window that cannot be read at once is read in smaller parts, so that a bad sector takes only itself away.
     */
    private static final int WINDOW_BYTES = 256 * 1024;
    private static final int PAGE_BYTES = 4096;
    private static final byte[] ZEROS = new byte[WINDOW_BYTES];

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final SegmentFile file;
    private final ByteBuffer window;
    private final CRC32C crc = new CRC32C();

    private long offset; // in the file, of the window's first byte
    private int length; // how many bytes of the window are loaded

    private long at; // of the frame looked at last, as is all below
    private int frameBytes;
    private int storedCrc;
    private long baseSequence;
    private long term;
    private long timestampNanos;
    private int countField;
    private int tag;
    private byte @Nullable [] expanded; // its records, if they are compressed and whole

    /** @param size of the file, about */
    FrameProbe(SegmentFile file, long size) {
        this.file = file;
        int bytes = (int) Math.min(WINDOW_BYTES, Math.max(PAGE_BYTES, size));
        this.window = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Forgets what is loaded, so that the file is read anew. */
    void clear() {
        length = 0;
    }

    /** Size of the head and the body whose head was found possible. */
    int frameBytes() {
        return frameBytes;
    }

    int storedCrc() {
        return storedCrc;
    }

    long baseSequence() {
        return baseSequence;
    }

    long nextSequence() {
        return baseSequence + count();
    }

    long term() {
        return term;
    }

    long timestampNanos() {
        return timestampNanos;
    }

    int count() {
        return FrameLayout.count(countField);
    }

    int tag() {
        return tag;
    }

    /**
     * Looks at a whole frame, all but what it must have in common with its neighbours.
     *
     * @param limit offset behind the last byte that may belong to it
     * @return what is wrong with it; null if nothing is
     */
    @Nullable
    Mismatch frame(long frameAt, long limit) throws IOException {
        Mismatch mismatch = head(frameAt, limit);
        if (mismatch == null) {
            mismatch = checksum();
        }
        return mismatch == null ? records() : mismatch;
    }

    /** Looks at a head; its fields are then those of the frame, as far as they could be read. */
    @Nullable
    Mismatch head(long frameAt, long limit) throws IOException {
        at = frameAt;
        expanded = null;
        if (limit - at < FrameLayout.HEAD_BYTES) {
            return Mismatch.of("bytesLeft", "at least " + FrameLayout.HEAD_BYTES, limit - at);
        }
        int index = load(at, FrameLayout.HEAD_BYTES);
        if (index < 0) {
            return Mismatch.of("fileBytes", "at least " + (at + FrameLayout.HEAD_BYTES), file.size());
        }
        frameBytes = window.getInt(index + FrameLayout.LENGTH_OFFSET);
        storedCrc = window.getInt(index + FrameLayout.CRC_OFFSET);
        baseSequence = window.getLong(index + FrameLayout.BASE_SEQUENCE_OFFSET);
        term = window.getLong(index + FrameLayout.TERM_OFFSET);
        timestampNanos = window.getLong(index + FrameLayout.TIMESTAMP_OFFSET);
        countField = window.getInt(index + FrameLayout.COUNT_OFFSET);
        tag = window.getInt(index + FrameLayout.TAG_OFFSET);
        if (!FrameLayout.isLength(frameBytes, limit - at)) {
            return Mismatch.of(
                    "frameBytes",
                    "a multiple of 8 in [40, " + Math.min(limit - at, FrameLayout.MAX_FRAME_BYTES) + "]",
                    frameBytes);
        }
        if (!FrameLayout.isCount(countField, frameBytes)) {
            return Mismatch.of("recordCount", "at least 1, and room for them in " + frameBytes + " bytes", countField);
        }
        return null;
    }

    /** Checksum of the frame whose head was looked at last, as its bytes have it. */
    private @Nullable Mismatch checksum() throws IOException {
        crc.reset();
        long end = at + frameBytes;
        long from = at + FrameLayout.LENGTH_OFFSET;
        while (from < end) {
            int index = load(from, 1);
            if (index < 0) {
                return Mismatch.of("fileBytes", "at least " + end, file.size());
            }
            int bytes = (int) Math.min(length - index, end - from);
            crc.update(window.array(), index, bytes);
            from += bytes;
        }
        int computed = (int) crc.getValue();
        return computed == storedCrc ? null : Mismatch.hex("checksum", computed, storedCrc);
    }

    /** Whether the records fill the frame whose checksum is right. */
    private @Nullable Mismatch records() throws IOException {
        boolean compressed = FrameLayout.storedAs(countField) == FrameLayout.LZ4;
        if (compressed) {
            expanded = expand();
            if (expanded == null) {
                return new Mismatch("records", "a whole block", "none");
            }
        }
        long bytes = recordsBytes();
        long record = 0;
        for (int i = 0; i < count(); i++) {
            long left = bytes - record - FrameLayout.RECORD_HEAD_BYTES;
            if (left < 0) {
                return Mismatch.of("recordCount", "as many as there are: " + i, count());
            }
            int payloadBytes = recordBytes(record);
            if (payloadBytes < 0 || payloadBytes > left) {
                return Mismatch.of("recordBytes", "0 to " + left, payloadBytes);
            }
            record += FrameLayout.RECORD_HEAD_BYTES + payloadBytes;
        }
        if (compressed) {
            return bytes == record ? padding(blockEnd()) : Mismatch.of("recordBytes", record, bytes);
        }
        return padding(recordsAt() + record);
    }

    /** Whether zeros, and few of them, fill the frame from there on. */
    private @Nullable Mismatch padding(long from) throws IOException {
        long end = at + frameBytes;
        if (end - from >= FrameLayout.ALIGNMENT_BYTES) {
            return Mismatch.of("paddingBytes", "less than " + FrameLayout.ALIGNMENT_BYTES, end - from);
        }
        for (long i = from; i < end; i++) {
            int index = load(i, 1);
            if (index < 0 || window.get(index) != 0) {
                return Mismatch.of("padding", 0, index < 0 ? -1 : window.get(index));
            }
        }
        return null;
    }

    private byte @Nullable [] expand() throws IOException {
        byte[] body = new byte[frameBytes - FrameLayout.HEAD_BYTES];
        copy(recordsAt(), body.length).get(body);
        int length = RecordCodec.expandedBytes(body, 0, body.length, count());
        byte[] records = new byte[Math.max(0, length)];
        return length >= 0 && RecordCodec.expand(body, 0, records, length) ? records : null;
    }

    private long blockEnd() throws IOException {
        int index = load(recordsAt(), RecordCodec.HEAD_BYTES);
        return index < 0 ? -1 : recordsAt() + RecordCodec.HEAD_BYTES + window.getInt(index + Integer.BYTES);
    }

    private long recordsAt() {
        return at + FrameLayout.HEAD_BYTES;
    }

    /** How many bytes the records of the frame looked at last take, padding included unless they are compressed. */
    private long recordsBytes() {
        byte[] records = expanded;
        return records == null ? frameBytes - FrameLayout.HEAD_BYTES : records.length;
    }

    /** Length of the record that starts so many bytes behind the first, in a frame that is whole. */
    int recordBytes(long record) throws IOException {
        byte[] records = expanded;
        if (records != null) {
            return (int) INT.get(records, (int) record);
        }
        int index = load(recordsAt() + record, Integer.BYTES);
        if (index < 0) {
            throw new IOException("file ends within a frame that was whole: offset=" + (recordsAt() + record));
        }
        return window.getInt(index);
    }

    /** A copy of bytes that start so far behind the first record, in a frame that is whole. */
    ByteBuffer record(long from, int bytes) throws IOException {
        byte[] records = expanded;
        return records != null
                ? ByteBuffer.wrap(Arrays.copyOfRange(records, (int) from, (int) from + bytes))
                : copy(recordsAt() + from, bytes);
    }

    private ByteBuffer copy(long from, int bytes) throws IOException {
        ByteBuffer copy = ByteBuffer.allocate(bytes);
        int index = bytes > window.capacity() ? -1 : load(from, bytes);
        if (index >= 0) {
            return copy.put(0, window, index, bytes);
        }
        if (file.read(copy, from) < bytes) {
            throw new IOException("file ends within a frame that was whole: offset=" + from);
        }
        return copy.flip();
    }

    /**
     * Finds the next frame that is whole, after one that is not, and looks at it.
     *
     * @param minSequence what its base sequence must at least be
     * @param maxSequence what it must at most be
     * @return its offset; -1 if there is none
     */
    long next(long from, long limit, int wantedTag, long minSequence, long maxSequence) {
        long candidate = from;
        while (limit - candidate >= FrameLayout.HEAD_BYTES) {
            try {
                if (isCandidate(candidate, limit, wantedTag, minSequence, maxSequence)
                        && frame(candidate, limit) == null) {
                    return candidate;
                }
                candidate += FrameLayout.ALIGNMENT_BYTES;
            } catch (IOException e) {
                candidate = (candidate / PAGE_BYTES + 1) * PAGE_BYTES; // what cannot be read holds no frame
            }
        }
        return -1;
    }

    private boolean isCandidate(long candidate, long limit, int wantedTag, long minSequence, long maxSequence)
            throws IOException {
        int index = load(candidate, FrameLayout.HEAD_BYTES);
        if (index < 0 || window.getInt(index + FrameLayout.TAG_OFFSET) != wantedTag) {
            return false;
        }
        int size = window.getInt(index + FrameLayout.LENGTH_OFFSET);
        long sequence = window.getLong(index + FrameLayout.BASE_SEQUENCE_OFFSET);
        return FrameLayout.isLength(size, limit - candidate)
                && FrameLayout.isCount(window.getInt(index + FrameLayout.COUNT_OFFSET), size)
                && sequence >= minSequence
                && sequence <= maxSequence;
    }

    /** The first offset in a range whose byte is not zero, or cannot be read; {@code to} if there is none. */
    long firstNonZero(long from, long to) {
        for (long i = from; i < to; ) {
            int bytes;
            int different;
            try {
                int index = load(i, 1);
                if (index < 0) {
                    return to;
                }
                bytes = (int) Math.min(length - index, to - i);
                different = Arrays.mismatch(window.array(), index, index + bytes, ZEROS, 0, bytes);
            } catch (IOException e) {
                return i;
            }
            if (different >= 0) {
                return i + different;
            }
            i += bytes;
        }
        return to;
    }

    /** Behind the last byte in a range that is not zero, or cannot be read; {@code from} if there is none. */
    long nonZeroEnd(long from, long to) {
        long end = from;
        long i = firstNonZero(from, to);
        while (i < to) {
            long zeros = firstZero(i, to);
            end = zeros;
            i = firstNonZero(zeros, to);
        }
        return end;
    }

    private long firstZero(long from, long to) {
        long i = from;
        try {
            while (i < to) {
                int index = load(i, 1);
                if (index < 0) {
                    return i;
                }
                int end = (int) Math.min(length, index + to - i);
                for (int j = index; j < end; j++) {
                    if (window.get(j) == 0) {
                        return i + j - index;
                    }
                }
                i += end - index;
            }
            return to;
        } catch (IOException e) {
            return Math.min(to, (i / PAGE_BYTES + 1) * PAGE_BYTES);
        }
    }

    /** Makes bytes from an offset on available; returns their place in the window, -1 if the file is too short. */
    private int load(long from, int bytes) throws IOException {
        if (from >= offset && from + bytes <= offset + length) {
            return (int) (from - offset);
        }
        length = 0;
        offset = from;
        try {
            length = file.read(window.clear(), from);
        } catch (IOException e) {
            int less = (int) Math.max(bytes, PAGE_BYTES - from % PAGE_BYTES);
            length = file.read(window.clear().limit(less), from);
        } finally {
            window.clear();
        }
        return length < bytes ? -1 : 0;
    }
}
