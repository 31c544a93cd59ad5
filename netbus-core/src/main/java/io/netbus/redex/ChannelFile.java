package io.netbus.redex;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A file behind a channel that outlives interrupts. */
final class ChannelFile implements SegmentFile {

    /*
     * An interrupt during a call on a FileChannel closes the channel for everybody. Reads and writes here name their
     * offset, so doing one again changes nothing: whoever finds the channel closed against our will opens it anew and
     * repeats its call. Clearing the interrupt first makes that rare.
     *
     * A force is different. The channel's own would report an interrupt in place of the disk's failure, and repeating
     * a failed force reports success for pages that never reached the disk. So forces go through a descriptor of
     * their own, which knows no interrupts. It is open for as long as the file is, because a writeback failure is
     * reported only to descriptors that were open when it happened.
     */
    private static final int LARGEST_HEAP_WRITE_BYTES = 1024 * 1024;
    private static final OpenOption[] READ = {StandardOpenOption.READ};
    private static final OpenOption[] READ_WRITE = {StandardOpenOption.READ, StandardOpenOption.WRITE};

    private final Path path;
    private final OpenOption[] options;
    private final @Nullable RandomAccessFile forcing; // null if open for reading only
    private final ReentrantLock reopening = new ReentrantLock();

    private volatile FileChannel channel; // written under the lock
    private boolean closed; // under the lock

    private ChannelFile(Path path, OpenOption[] options, @Nullable RandomAccessFile forcing) throws IOException {
        this.path = path;
        this.options = options;
        this.forcing = forcing;
        this.channel = FileChannel.open(path, options);
    }

    static ChannelFile forReading(Path path) throws IOException {
        return new ChannelFile(path, READ, null);
    }

    @SuppressWarnings("resource") // kept by the file it returns
    static ChannelFile forWriting(Path path) throws IOException {
        FileChannel.open(path, READ_WRITE).close(); // RandomAccessFile would create a missing file
        RandomAccessFile forcing = new RandomAccessFile(path.toFile(), "rw");
        try {
            return new ChannelFile(path, READ_WRITE, forcing);
        } catch (IOException e) {
            forcing.close();
            throw e;
        }
    }

    @Override
    public void write(ByteBuffer bytes, long offset) throws IOException {
        int start = bytes.position();
        int end = bytes.limit();
        boolean interrupted = Thread.interrupted();
        try {
            while (bytes.position() < end) {
                FileChannel current = channel;
                if (!bytes.isDirect()) { // the JDK copies it into memory that it keeps for the thread
                    bytes.limit(Math.min(end, bytes.position() + LARGEST_HEAP_WRITE_BYTES));
                }
                try {
                    current.write(bytes, offset + bytes.position() - start);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(current, e);
                }
            }
        } finally {
            bytes.limit(end);
            keepInterrupt(interrupted);
        }
    }

    @Override
    public int read(ByteBuffer bytes, long offset) throws IOException {
        int start = bytes.position();
        boolean interrupted = Thread.interrupted();
        try {
            while (bytes.hasRemaining()) {
                FileChannel current = channel;
                try {
                    if (current.read(bytes, offset + bytes.position() - start) < 0) {
                        break;
                    }
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(current, e);
                }
            }
        } finally {
            keepInterrupt(interrupted);
        }
        return bytes.position() - start;
    }

    @Override
    public void force() throws IOException {
        if (forcing == null) {
            throw new NonWritableChannelException();
        }
        forcing.getFD().sync();
    }

    @Override
    public long size() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel current = channel;
                try {
                    return current.size();
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(current, e);
                }
            }
        } finally {
            keepInterrupt(interrupted);
        }
    }

    @Override
    public void resize(long bytes) throws IOException {
        if (forcing == null) {
            throw new NonWritableChannelException();
        }
        forcing.setLength(bytes); // knows no interrupts
    }

    @Override
    public Mapping map(int bytes) throws IOException {
        if (forcing != null && forcing.length() < bytes) {
            forcing.setLength(bytes);
        }
        MapMode mode = forcing == null ? MapMode.READ_ONLY : MapMode.READ_WRITE;
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel current = channel;
                try {
                    return FileMapping.of(current, mode, bytes);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(current, e);
                }
            }
        } finally {
            keepInterrupt(interrupted);
        }
    }

    @Override
    public void close() throws IOException {
        reopening.lock();
        try {
            closed = true;
            channel.close();
        } finally {
            reopening.unlock();
            if (forcing != null) {
                forcing.close();
            }
        }
    }

    /** Replaces a channel that an interrupt closed; passes the exception on if we closed it ourselves. */
    private void reopen(FileChannel found, ClosedChannelException cause) throws IOException {
        reopening.lock();
        try {
            if (closed) {
                throw cause;
            }
            if (channel == found) {
                channel = FileChannel.open(path, options);
            }
        } finally {
            reopening.unlock();
        }
    }

    private static void keepInterrupt(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
