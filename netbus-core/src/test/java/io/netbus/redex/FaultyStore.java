package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Real files that count what is asked of them and fail where a test says so. */
class FaultyStore implements SegmentStore {

    /** Decides about one call: returns to let it happen, throws to make it fail. */
    @FunctionalInterface
    interface Fault {
        void before(Path path) throws IOException;
    }

    final AtomicInteger forces = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    final AtomicLong bytesRead = new AtomicLong(); // by calls, not through mappings
    final List<String> calls = new CopyOnWriteArrayList<>(); // all but reads and writes, in order

    volatile Fault onWrite = path -> {};
    volatile Fault onForce = path -> {};
    volatile Fault onCreate = path -> {};
    volatile Fault onChange = path -> {}; // any call that changes something on disk

    /** What {@link #usableBytes} answers; the truth if negative. */
    volatile long usableBytes = -1;

    /** How many bytes of a failing write still reach the file. */
    volatile int shortWriteBytes;

    private final SegmentStore files = new FileStore();

    private final Map<Path, Long> written = new ConcurrentHashMap<>();

    /** Offset behind the last byte that was written to a file by a call. */
    long writtenTo(Path file) {
        return written.getOrDefault(file, 0L);
    }

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
        long told = usableBytes;
        return told < 0 ? files.usableBytes(directory) : told;
    }

    private void beforeForce(Path path) throws IOException {
        forces.incrementAndGet();
        onChange.before(path);
        onForce.before(path);
        calls.add("force " + path.getFileName());
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
            long end = offset + bytes.remaining();
            file.write(bytes, offset);
            written.merge(path, end, Math::max);
        }

        @Override
        public int read(ByteBuffer bytes, long offset) throws IOException {
            int read = file.read(bytes, offset);
            bytesRead.addAndGet(read);
            return read;
        }

        @Override
        public void force() throws IOException {
            beforeForce(path);
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
            if (file.size() < bytes) {
                onChange.before(path);
            }
            return new FaultyMapping(path, file.map(bytes));
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** What is stored through {@link #bytes()} is seen by nobody: that is what mappings are for. */
    private final class FaultyMapping implements Mapping {

        private final Path path;
        private final Mapping mapping;

        private FaultyMapping(Path path, Mapping mapping) {
            this.path = path;
            this.mapping = mapping;
        }

        @Override
        public ByteBuffer bytes() {
            return mapping.bytes();
        }

        @Override
        public void force(int from, int upTo) throws IOException {
            beforeForce(path);
            mapping.force(from, upTo);
        }

        @Override
        public void close() {
            mapping.close();
        }
    }
}
