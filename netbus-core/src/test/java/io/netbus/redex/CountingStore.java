package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Real files that count what is read of them by calls. */
final class CountingStore implements SegmentStore {

    final AtomicLong bytesRead = new AtomicLong();

    private final SegmentStore files = new FileStore();

    @Override
    public void createDirectories(Path directory) throws IOException {
        files.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public SegmentFile create(Path file) throws IOException {
        return new CountingFile(files.create(file));
    }

    @Override
    public SegmentFile openForWriting(Path file) throws IOException {
        return new CountingFile(files.openForWriting(file));
    }

    @Override
    public SegmentFile openForReading(Path file) throws IOException {
        return new CountingFile(files.openForReading(file));
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
        files.replace(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        files.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        files.forceDirectory(directory);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return files.usableBytes(directory);
    }

    private final class CountingFile implements SegmentFile {

        private final SegmentFile file;

        private CountingFile(SegmentFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer bytes, long offset) throws IOException {
            int read = file.read(bytes, offset);
            bytesRead.addAndGet(read);
            return read;
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            file.write(bytes, offset);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void resize(long bytes) throws IOException {
            file.resize(bytes);
        }

        @Override
        public Mapping map(int bytes) throws IOException {
            return file.map(bytes);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
