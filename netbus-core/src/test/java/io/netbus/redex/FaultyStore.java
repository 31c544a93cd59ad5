package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Real files that count what is asked of them and fail where a test says so. */
class FaultyStore implements SegmentStore {

    /** Decides about one call: returns to let it happen, throws to make it fail. */
    @FunctionalInterface
    interface Fault {
        void before(Path path) throws IOException;
    }

    final AtomicInteger forces = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    final List<String> calls = new CopyOnWriteArrayList<>(); // all but reads and writes, in order

    volatile Fault onWrite = path -> {};
    volatile Fault onForce = path -> {};
    volatile Fault onCreate = path -> {};
    volatile Fault onChange = path -> {}; // any call that changes something on disk

    /** How many bytes of a failing write still reach the file. */
    volatile int shortWriteBytes;

    private final SegmentStore files = new FileStore();

    static Fault failing(String message) {
        return path -> {
            throw new IOException(message);
        };
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        onChange.before(directory);
        files.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public SegmentFile create(Path file) throws IOException {
        onChange.before(file);
        onCreate.before(file);
        calls.add("create " + file.getFileName());
        return new FaultyFile(file, files.create(file));
    }

    @Override
    public SegmentFile openForWriting(Path file) throws IOException {
        return new FaultyFile(file, files.openForWriting(file));
    }

    @Override
    public SegmentFile openForReading(Path file) throws IOException {
        return new FaultyFile(file, files.openForReading(file));
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
        onChange.before(to);
        calls.add("replace " + to.getFileName());
        files.replace(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        onChange.before(file);
        calls.add("delete " + file.getFileName());
        files.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        onChange.before(directory);
        onForce.before(directory);
        calls.add("forceDirectory " + directory.getFileName());
        files.forceDirectory(directory);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return files.usableBytes(directory);
    }

    private final class FaultyFile implements SegmentFile {

        private final Path path;
        private final SegmentFile file;

        private FaultyFile(Path path, SegmentFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            writes.incrementAndGet();
            try {
                onChange.before(path);
                onWrite.before(path);
            } catch (IOException e) {
                int some = Math.min(shortWriteBytes, bytes.remaining());
                file.write(bytes.duplicate().limit(bytes.position() + some), offset);
                throw e;
            }
            file.write(bytes, offset);
        }

        @Override
        public int read(ByteBuffer bytes, long offset) throws IOException {
            return file.read(bytes, offset);
        }

        @Override
        public void force() throws IOException {
            forces.incrementAndGet();
            onChange.before(path);
            onForce.before(path);
            calls.add("force " + path.getFileName());
            file.force();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void resize(long bytes) throws IOException {
            onChange.before(path);
            calls.add("truncate " + path.getFileName());
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
