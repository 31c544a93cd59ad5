package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Floor: files of 128 MiB, every block written once with zeros, mapped and touched; a frame is its records, their
 * CRC32C, and last its length with an ordered store. No index until a record is asked for, no lock while one thread
 * appends.
 * <p>
 * Prepared either before the clock starts, as a background thread that is never late would, or by the appending thread
 * when it gets there, as a log without such a thread must.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // the appender alone writes
final class MappedLog implements TestedLog {

    private static final int LARGEST_SEGMENT_BYTES = 128 * 1024 * 1024;
    private static final int ZEROS_BYTES = 1024 * 1024;
    private static final int PAGE_BYTES = 4096;
    private static final int LENGTH_OFFSET = 0;
    private static final int CRC_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    private static final int HEAD_BYTES = CRC_OFFSET + Integer.BYTES;
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Path directory;
    private final boolean batched; // then each record of a frame has its length before it
    private final boolean forced;
    private final int segmentBytes;
    private final CRC32C crc = new CRC32C();
    private final SharedForce shared = new SharedForce(this::forceAll);
    private volatile MappedByteBuffer[] segments = {}; // prepared ones; written by the appender, as is all below
    private volatile int segment;
    private MappedByteBuffer active;
    private int at;

    private int forcedSegment; // of who forces
    private int forcedAt;
    private long @Nullable [] places; // of the reader: of each record, its segment in the upper half and its offset

    MappedLog(LogSetup setup, boolean preparedAhead) throws IOException {
        directory = setup.directory();
        batched = setup.batch() > 1;
        forced = setup.forced();
        long frames = setup.totalBytes() / setup.payloadBytes() / setup.batch();
        int frameBytes = HEAD_BYTES + setup.batch() * (setup.payloadBytes() + (batched ? Integer.BYTES : 0));
        segmentBytes = (int) Math.min(LARGEST_SEGMENT_BYTES, ZEROS_BYTES * (2L + frames * frameBytes / ZEROS_BYTES));
        int perSegment = (segmentBytes - Integer.BYTES) / frameBytes;
        for (int i = 0; Files.exists(file(i)); i++) {
            map(i, false);
        }
        if (segments.length > 0) {
            findEnd();
        } else if (preparedAhead) {
            for (int i = 0; i <= frames / perSegment; i++) {
                map(i, true);
            }
        } else {
            map(0, true);
        }
        active = segments[segment];
    }

    private Path file(int number) {
        return directory.resolve(number + ".log");
    }

    private void map(int number, boolean unwritten) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file(number), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
            for (int written = 0; unwritten && written < segmentBytes; ) {
                written += channel.write(zeros.clear());
            }
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size());
            mapped.order(ByteOrder.LITTLE_ENDIAN);
            for (int page = 0; unwritten && page < segmentBytes; page += PAGE_BYTES) {
                mapped.put(page, (byte) 0);
            }
            if (forced) {
                channel.force(true); // zeros too would be forced by the first force otherwise
            }
            MappedByteBuffer[] longer = Arrays.copyOf(segments, number + 1);
            longer[number] = mapped;
            segments = longer;
        }
    }

    private void findEnd() {
        while (segment + 1 < segments.length && segments[segment + 1].getInt(0) != 0) {
            segment = segment + 1;
        }
        MappedByteBuffer last = segments[segment];
        for (int length = last.getInt(0); length != 0; length = last.getInt(at)) {
            at += HEAD_BYTES + length;
        }
    }

    @Override
    public void append(byte[] payload) throws IOException {
        int start = room(payload.length);
        active.put(start + HEAD_BYTES, payload);
        crc.reset();
        crc.update(payload);
        finish(start, payload.length);
    }

    @Override
    public void append(byte[][] payloads) throws IOException {
        int length = payloads.length * (Integer.BYTES + payloads[0].length);
        int start = room(length);
        int to = start + HEAD_BYTES;
        for (byte[] payload : payloads) {
            active.putInt(to, payload.length);
            active.put(to + Integer.BYTES, payload);
            to += Integer.BYTES + payload.length;
        }
        crc.reset();
        crc.update(active.limit(to).position(start + HEAD_BYTES));
        active.clear();
        finish(start, length);
    }

    private int room(int length) throws IOException {
        if (at + HEAD_BYTES + length > active.capacity() - Integer.BYTES) { // a zero length ends a segment
            if (segment + 1 == segments.length) {
                map(segment + 1, true);
            }
            active = segments[segment + 1];
            at = 0;
            segment = segment + 1;
        }
        return at;
    }

    private void finish(int start, int length) {
        active.putInt(start + CRC_OFFSET, (int) crc.getValue());
        INT.setRelease(active, start + LENGTH_OFFSET, length);
        at = start + HEAD_BYTES + length;
    }

    // --- forcing

    @Override
    public void appendForced(byte[] payload) throws IOException {
        long end;
        synchronized (this) {
            append(payload);
            end = end();
        }
        shared.await(end);
    }

    @Override
    public void force() throws IOException {
        forceAll();
    }

    private long forceAll() throws IOException {
        int toSegment;
        int to;
        synchronized (this) {
            toSegment = segment;
            to = at;
        }
        while (forcedSegment < toSegment) {
            MappedByteBuffer full = segments[forcedSegment];
            full.force(forcedAt, full.capacity() - forcedAt);
            forcedSegment++;
            forcedAt = 0;
        }
        if (to > forcedAt) {
            segments[toSegment].force(forcedAt, to - forcedAt);
            forcedAt = to;
        }
        return place(toSegment, to);
    }

    private long end() {
        return place(segment, at);
    }

    private static long place(int segment, int offset) {
        return (long) segment << Integer.SIZE | offset;
    }

    // --- reading

    @Override
    public LogReader reader() {
        return new Reader();
    }

    @Override
    public long read(long sequence) {
        long[] known = places;
        if (known == null) {
            known = findAll();
            places = known;
        }
        long place = known[(int) sequence];
        MappedByteBuffer bytes = segments[(int) (place >> Integer.SIZE)];
        int start = (int) place;
        int end = start + HEAD_BYTES + bytes.getInt(start + LENGTH_OFFSET);
        check(crc, bytes, start, end);
        return Payloads.sum(bytes, start + HEAD_BYTES, end);
    }

    private long[] findAll() {
        long[] found = new long[1024];
        int count = 0;
        for (int i = 0; i <= segment; i++) {
            int offset = 0;
            for (int length = segments[i].getInt(0); length != 0; length = segments[i].getInt(offset)) {
                found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
                found[count++] = place(i, offset);
                offset += HEAD_BYTES + length;
            }
        }
        return found;
    }

    private static void check(CRC32C crc, ByteBuffer bytes, int start, int end) {
        crc.reset();
        crc.update(bytes.limit(end).position(start + HEAD_BYTES));
        bytes.clear();
        if (bytes.getInt(start + CRC_OFFSET) != (int) crc.getValue()) {
            throw new IllegalStateException("record is damaged: offset=" + start);
        }
    }

    @Override
    public void close() {}

    /** Sees what is appended later. */
    private final class Reader implements LogReader {

        private final CRC32C check = new CRC32C();
        private int reading;
        private int offset;
        private ByteBuffer bytes = view(0);

        private ByteBuffer view(int number) {
            return segments[number].duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public int poll(LongConsumer sums) {
            int count = 0;
            while (count < MOST_RECORDS) {
                boolean full = reading < segment; // before looking, as the last frame comes before the next segment
                int length = (int) INT.getAcquire(bytes, offset + LENGTH_OFFSET);
                if (length != 0) {
                    count += frame(length, sums);
                } else if (full) {
                    bytes = view(++reading);
                    offset = 0;
                } else {
                    break;
                }
            }
            return count;
        }

        private int frame(int length, LongConsumer sums) {
            int start = offset + HEAD_BYTES;
            int end = start + length;
            check(check, bytes, offset, end);
            offset = end;
            if (!batched) {
                sums.accept(Payloads.sum(bytes, start, end));
                return 1;
            }
            int count = 0;
            for (int from = start; from < end; count++) {
                int to = from + Integer.BYTES + bytes.getInt(from);
                sums.accept(Payloads.sum(bytes, from + Integer.BYTES, to));
                from = to;
            }
            return count;
        }

        @Override
        public void close() {}
    }
}
