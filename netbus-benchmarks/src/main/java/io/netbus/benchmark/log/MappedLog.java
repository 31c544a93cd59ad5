package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Floor: files of 128 MiB, every block written once with zeros, mapped and touched; a record is its payload, its
 * CRC32C, and last its length with an ordered store. No index, no lock, no force, one thread.
 * <p>
 * Prepared either before the clock starts, as a background thread that is never late would, or by the appending thread
 * when it gets there, as a log without such a thread must.
 */
final class MappedLog implements LogWriter {

    private static final int LARGEST_SEGMENT_BYTES = 128 * 1024 * 1024;
    private static final int ZEROS_BYTES = 1024 * 1024;
    private static final int PAGE_BYTES = 4096;
    private static final int LENGTH_OFFSET = 0;
    private static final int CRC_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    private static final int HEAD_BYTES = CRC_OFFSET + Integer.BYTES;
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Path directory;
    private final int segmentBytes;
    private final MappedByteBuffer[] segments;
    private final CRC32C crc = new CRC32C();
    private MappedByteBuffer active;
    private int segment;
    private int at;

    MappedLog(Path directory, long records, boolean preparedAhead) throws IOException {
        this.directory = directory;
        segmentBytes =
                (int) Math.min(LARGEST_SEGMENT_BYTES, ZEROS_BYTES * (1L + 2 * records * Payloads.BYTES / ZEROS_BYTES));
        int perSegment = (segmentBytes - Integer.BYTES) / (HEAD_BYTES + Payloads.BYTES);
        segments = new MappedByteBuffer[(int) (records / perSegment) + 1];
        if (preparedAhead) {
            for (int i = 0; i < segments.length; i++) {
                prepare(i);
            }
        } else {
            prepare(0);
        }
        active = segments[0];
    }

    private void prepare(int number) throws IOException {
        Path file = directory.resolve(number + ".log");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
            for (int written = 0; written < segmentBytes; ) {
                written += channel.write(zeros.clear());
            }
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, segmentBytes);
            mapped.order(ByteOrder.LITTLE_ENDIAN);
            for (int page = 0; page < segmentBytes; page += PAGE_BYTES) {
                mapped.put(page, (byte) 0);
            }
            segments[number] = mapped;
        }
    }

    @Override
    public void append(byte[] payload) throws IOException {
        int end = at + HEAD_BYTES + payload.length;
        if (end > segmentBytes - Integer.BYTES) { // a zero length ends a segment
            roll();
            end = HEAD_BYTES + payload.length;
        }
        active.put(at + HEAD_BYTES, payload);
        crc.reset();
        crc.update(payload);
        active.putInt(at + CRC_OFFSET, (int) crc.getValue());
        INT.setRelease(active, at + LENGTH_OFFSET, payload.length);
        at = end;
    }

    private void roll() throws IOException {
        segment++;
        if (segments[segment] == null) {
            prepare(segment);
        }
        active = segments[segment];
        at = 0;
    }

    @Override
    public void readAll(Tally tally) {
        byte[] payload = new byte[Payloads.BYTES];
        for (int i = 0; i <= segment; i++) {
            MappedByteBuffer bytes = segments[i];
            int position = 0;
            for (int length = bytes.getInt(position); length != 0; length = bytes.getInt(position)) {
                bytes.get(position + HEAD_BYTES, payload);
                crc.reset();
                crc.update(payload);
                if (bytes.getInt(position + CRC_OFFSET) != (int) crc.getValue()) {
                    throw new IllegalStateException("record is damaged: segment=" + i + ", position=" + position);
                }
                tally.add(Payloads.sum(payload, 0));
                position += HEAD_BYTES + length;
            }
        }
    }

    @Override
    public void close() {}
}
