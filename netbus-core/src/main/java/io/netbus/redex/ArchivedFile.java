package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.concurrent.locks.ReentrantLock;

/** A file of an archive, open for reading. */
final class ArchivedFile implements SegmentFile {

    private final SeekableByteChannel channel;
    private final ReentrantLock reading = new ReentrantLock(); // a channel has one position

    ArchivedFile(SeekableByteChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer bytes, long offset) throws IOException {
        int start = bytes.position();
        boolean interrupted = Thread.interrupted(); // it would close the channel
        reading.lock();
        try {
            channel.position(offset);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    break;
                }
            }
            return bytes.position() - start;
        } finally {
            reading.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    /** @throws UnsupportedOperationException if it is no file of this machine's */
    @Override
    public Mapping map(int bytes) throws IOException {
        if (channel instanceof FileChannel file) {
            return FileMapping.of(file, MapMode.READ_ONLY, bytes);
        }
        throw new UnsupportedOperationException("no file channel: channel=" + channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public void write(ByteBuffer bytes, long offset) {
        throw new NonWritableChannelException();
    }

    @Override
    public void force() {
        throw new NonWritableChannelException();
    }

    @Override
    public void resize(long bytes) {
        throw new NonWritableChannelException();
    }
}
