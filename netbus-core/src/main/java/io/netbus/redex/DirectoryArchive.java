package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** An archive in a directory: one directory for each log, named as those of a {@link Redex} are. */
final class DirectoryArchive implements LogArchive {

    private static final String UNFINISHED = ".tmp";
    private static final int PIECE_BYTES = 1024 * 1024;

    private final Path directory;
    private final FileStore store = new FileStore();

    DirectoryArchive(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    @Override
    public List<String> list(String log) throws IOException {
        return store.list(path(log)).stream()
                .map(path -> path.getFileName().toString())
                .filter(name -> !name.endsWith(UNFINISHED))
                .toList();
    }

    @Override
    public void store(String log, String file, ReadableByteChannel content, long bytes) throws IOException {
        Path parent = path(log);
        store.createDirectories(parent);
        Path unfinished = parent.resolve(file + UNFINISHED);
        Files.deleteIfExists(unfinished);
        try (SegmentFile to = store.create(unfinished)) {
            ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(Math.max(bytes, 1), PIECE_BYTES));
            long at = 0;
            while (content.read(piece.clear()) >= 0) {
                int read = piece.flip().remaining();
                to.write(piece, at);
                at += read;
            }
            if (at != bytes) {
                throw new IOException("file changed while it was archived: log=" + log + ", file=" + file
                        + ", expected=" + bytes + ", found=" + at);
            }
            to.force();
        }
        store.replace(unfinished, parent.resolve(file));
        store.forceDirectory(parent);
    }

    @Override
    public SeekableByteChannel open(String log, String file) throws IOException {
        return FileChannel.open(path(log).resolve(file), StandardOpenOption.READ);
    }

    @Override
    public void delete(String log) throws IOException {
        Path parent = path(log);
        for (Path path : store.list(parent)) {
            Files.deleteIfExists(path);
        }
        Files.deleteIfExists(parent);
    }

    private Path path(String log) {
        return directory.resolve(LogName.directory(log));
    }
}
