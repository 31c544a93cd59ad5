package io.netbus.benchmark.log;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Floor: one growing file behind a buffer of 64 KiB; a record is its length, its CRC32C and its payload. What lies in
 * the buffer dies with the process.
 */
final class ChannelLog implements LogWriter {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int RECORD_BYTES = 2 * Integer.BYTES + Payloads.BYTES;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    ChannelLog(Path directory) throws IOException {
        channel = FileChannel.open(
                directory.resolve("log"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    @Override
    public void append(byte[] payload) throws IOException {
        if (buffer.remaining() < RECORD_BYTES) {
            finish();
        }
        crc.reset();
        crc.update(payload);
        buffer.putInt(payload.length).putInt((int) crc.getValue()).put(payload);
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
    public void readAll(Tally tally) throws IOException {
        byte[] payload = new byte[Payloads.BYTES];
        channel.position(0);
        ByteBuffer bytes = ByteBuffer.allocateDirect(1024 * RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (channel.read(bytes) > 0) {
            bytes.flip();
            while (bytes.remaining() >= RECORD_BYTES) {
                bytes.getInt();
                int expected = bytes.getInt();
                bytes.get(payload);
                crc.reset();
                crc.update(payload);
                if (expected != (int) crc.getValue()) {
                    throw new IllegalStateException("record is damaged");
                }
                tally.add(Payloads.sum(payload, 0));
            }
            bytes.compact();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
