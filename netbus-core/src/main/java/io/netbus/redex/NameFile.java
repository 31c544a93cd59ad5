package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file that says whose a directory is, where the directory's own name does not. <b>Threads:</b> any, but
 * {@link #claim} only where nobody interrupts, see {@link Uninterrupted}.
 */
final class NameFile {

    static final String FILE_NAME = "name";

    private static final String UNFINISHED = FILE_NAME + ".tmp";
    private static final int MAX_BYTES = 512;

    private NameFile() {}

    /**
     * Makes a directory the log's own, creating it if it is missing. Comes before the log's first segment.
     *
     * @throws LogNameTakenException if it is another log's; nothing is changed
     * @throws CorruptLogException if it holds a log and does not say whose; nothing is changed
     */
    static void claim(SegmentStore store, Path base, String log) throws IOException {
        Path directory = base.resolve(LogName.directory(log));
        store.createDirectories(directory);
        Optional<String> holder = read(store, directory);
        if (holder.isPresent()) {
            if (!holder.get().equals(log)) {
                throw LogNameTakenException.of(
                        log, directory, holder.filter(LogName::isValid).orElse("unreadable"));
            }
            return;
        }
        Path unfinished = directory.resolve(UNFINISHED);
        Path file = directory.resolve(FILE_NAME);
        for (Path path : store.list(directory)) {
            String name = path.getFileName().toString();
            if (SegmentLayout.baseSequence(name) >= 0) { // the name is forced before there is a segment
                throw CorruptLogException.of(file, 0, "field=name, expected=" + log + ", found=no file");
            }
            if (name.equals(UNFINISHED)) {
                store.delete(path);
            }
        }
        try (SegmentFile named = store.create(unfinished)) {
            named.write(ByteBuffer.wrap((log + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            named.force();
        }
        store.replace(unfinished, file);
        store.forceDirectory(directory);
    }

    /** The log of a directory whose name does not tell it; empty if it is no log's. */
    static Optional<String> logOf(SegmentStore store, Path directory) throws IOException {
        try {
            return read(store, directory)
                    .filter(LogName::isValid)
                    .filter(log -> LogName.directory(log)
                            .equals(directory.getFileName().toString()));
        } catch (NotDirectoryException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> read(SegmentStore store, Path directory) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        if (!store.list(directory).contains(path)) {
            return Optional.empty();
        }
        try (SegmentFile file = store.openForReading(path)) {
            ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
            file.read(bytes, 0);
            return Optional.of(
                    StandardCharsets.US_ASCII.decode(bytes.flip()).toString().strip());
        }
    }
}
