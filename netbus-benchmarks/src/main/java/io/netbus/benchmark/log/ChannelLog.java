package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Floor: one growing file behind a buffer of 64 KiB; a record is its length, its CRC32C and its payload. What lies in
 * the buffer dies with the process. Records are of one size, so that they are found without an index.
 */
final class ChannelLog implements TestedLog {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int HEAD_BYTES = 2 * Integer.BYTES;

    private final FileChannel channel;
    private final int recordBytes;
    private final ByteBuffer buffer = newBuffer();
    private final ByteBuffer one;
    private final CRC32C crc = new CRC32C();
    private final SharedForce shared = new SharedForce(this::forceAll);
    private long end; // with what lies in the buffer

    ChannelLog(LogSetup setup) throws IOException {
        recordBytes = HEAD_BYTES + setup.payloadBytes();
        one = ByteBuffer.allocateDirect(recordBytes).order(ByteOrder.LITTLE_ENDIAN);
        channel = FileChannel.open(
                setup.directory().resolve("log"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        end = channel.size();
        channel.position(end);
    }

    private static ByteBuffer newBuffer() {
        return ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void append(byte[] payload) throws IOException {
        if (buffer.remaining() < recordBytes) {
            finish();
        }
        crc.reset();
        crc.update(payload);
        buffer.putInt(payload.length).putInt((int) crc.getValue()).put(payload);
        end += recordBytes;
    }

    @Override
    public void append(byte[][] payloads) throws IOException {
        for (byte[] payload : payloads) {
            append(payload);
        }
    }

    @Override
    public void finish() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    @Override
    public void appendForced(byte[] payload) throws IOException {
        long to;
        synchronized (this) {
            append(payload);
            to = end;
        }
        shared.await(to);
    }

    @Override
    public void force() throws IOException {
        forceAll();
    }

    private long forceAll() throws IOException {
        long to;
        synchronized (this) {
            finish();
            to = end;
        }
        channel.force(false);
        return to;
    }

    @Override
    public long read(long sequence) throws IOException {
        long from = sequence * recordBytes;
        one.clear();
        while (one.hasRemaining()) {
            if (channel.read(one, from + one.position()) < 0) {
                throw new IllegalStateException("record is not there: sequence=" + sequence);
            }
        }
        return verified(one, 0, crc);
    }

    private long verified(ByteBuffer bytes, int start, CRC32C check) {
        int limit = bytes.limit();
        check.reset();
        check.update(bytes.limit(start + recordBytes).position(start + HEAD_BYTES));
        bytes.limit(limit);
        if (bytes.getInt(start + Integer.BYTES) != (int) check.getValue()) {
            throw new IllegalStateException("record is damaged");
        }
        return Payloads.sum(bytes, start + HEAD_BYTES, start + recordBytes);
    }

    @Override
    public LogReader reader() {
        return new Reader();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Sees what the buffer has given away. */
    private final class Reader implements LogReader {

        private final ByteBuffer bytes = newBuffer();
        private final CRC32C check = new CRC32C();
        private long from;

        @Override
        public int poll(LongConsumer sums) throws IOException {
            int read = channel.read(bytes.clear(), from);
            int count = Math.max(0, read) / recordBytes;
            bytes.flip();
            for (int i = 0; i < count; i++) {
                sums.accept(verified(bytes, i * recordBytes, check));
            }
            from += (long) count * recordBytes;
            return count;
        }

        @Override
        public void close() {}
    }
}
