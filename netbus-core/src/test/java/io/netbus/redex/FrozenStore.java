package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A directory's files in memory, to be damaged and read many thousand times; whoever writes through it fails. */
final class FrozenStore implements SegmentStore {

    final Map<Path, byte[]> files = new TreeMap<>();

    private final Path directory;

    /** Of files as they are now, as if they were in a directory that does not exist. */
    FrozenStore(Path original) throws IOException {
        directory = original.resolveSibling("frozen").toAbsolutePath().normalize();
        SmallLog.content(original).forEach((name, bytes) -> files.put(directory.resolve(name), bytes));
    }

    Path directory() {
        return directory;
    }

    /** The files of the log, each with its path here. */
    List<Path> logFiles() {
        return files.keySet().stream()
                .filter(path -> !path.endsWith(DirectoryLock.FILE_NAME))
                .toList();
    }

    byte[] bytes(Path path) {
        return Objects.requireNonNull(files.get(path));
    }

    SmallLog.Verified verify() {
        return SmallLog.verify(directory, this);
    }

    @Override
    public List<Path> list(Path parent) {
        return files.keySet().stream()
                .filter(path -> path.startsWith(parent) && !path.equals(parent))
                .map(path -> parent.resolve(path.getName(parent.getNameCount())))
                .distinct()
                .toList();
    }

    @Override
    public SegmentFile openForReading(Path file) throws IOException {
        byte[] bytes = files.get(file);
        if (bytes == null) {
            throw new NoSuchFileException(file.toString());
        }
        return new FrozenFile(bytes);
    }

    @Override
    public void createDirectories(Path path) {
        throw new AssertionError("write: " + path);
    }

    @Override
    public SegmentFile create(Path file) {
        throw new AssertionError("write: " + file);
    }

    @Override
    public SegmentFile openForWriting(Path file) {
        throw new AssertionError("write: " + file);
    }

    @Override
    public void replace(Path from, Path to) {
        throw new AssertionError("write: " + to);
    }

    @Override
    public void delete(Path file) {
        throw new AssertionError("write: " + file);
    }

    @Override
    public void forceDirectory(Path path) {
        throw new AssertionError("write: " + path);
    }

    @Override
    public long usableBytes(Path path) {
        return 0;
    }

    private static final class FrozenFile implements SegmentFile {

        private final byte[] content;

        private FrozenFile(byte[] content) {
            this.content = content;
        }

        @Override
        public int read(ByteBuffer bytes, long offset) {
            int length = (int) Math.max(0, Math.min(bytes.remaining(), content.length - offset));
            if (length > 0) {
                bytes.put(content, (int) offset, length);
            }
            return length;
        }

        @Override
        public long size() {
            return content.length;
        }

        @Override
        public void write(ByteBuffer bytes, long offset) {
            throw new AssertionError("write");
        }

        @Override
        public void force() {
            throw new AssertionError("write");
        }

        @Override
        public void resize(long bytes) {
            throw new AssertionError("write");
        }

        @Override
        public Mapping map(int bytes) {
            throw new AssertionError("write");
        }

        @Override
        public void close() {}
    }
}
