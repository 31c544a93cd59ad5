package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file of a log's checkpoints. A checkpoint never overwrites the one before it, so a crash leaves at least one of the two
 * slots whole. <b>Threads:</b> one at a time.
 */
final class CheckpointFile {

    static final String FILE_NAME = "checkpoint";

    private static final String UNFINISHED = ".tmp";

    private final SegmentStore store;
    private final Path directory;
    private final Path path;

    CheckpointFile(SegmentStore store, Path directory) {
        this.store = store;
        this.directory = directory;
        this.path = directory.resolve(FILE_NAME);
    }

    Path path() {
        return path;
    }

    boolean exists() throws IOException {
        return store.list(directory).contains(path);
    }

    /**
     * The newest whole checkpoint; null if none is whole.
     *
     * @throws UnsupportedFormatException if a later release wrote it
     */
    @Nullable
    Checkpoint read() throws IOException {
        Checkpoint newest = null;
        try (SegmentFile file = store.openForReading(path)) {
            for (int offset = 0; offset < CheckpointLayout.FILE_BYTES; offset += CheckpointLayout.SLOT_BYTES) {
                ByteBuffer slot =
                        ByteBuffer.allocate(CheckpointLayout.SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
                if (file.read(slot, offset) < CheckpointLayout.SLOT_BYTES || CheckpointLayout.defect(slot) != null) {
                    continue;
                }
                if (CheckpointLayout.version(slot) != CheckpointLayout.VERSION) {
                    throw UnsupportedFormatException.of(path, CheckpointLayout.version(slot));
                }
                Checkpoint found = CheckpointLayout.decode(slot);
                if (newest == null || found.generation() > newest.generation()) {
                    newest = found;
                }
            }
        }
        return newest;
    }

    /** Makes the file, with one checkpoint in it, in place of one that is not whole. */
    void create(Checkpoint checkpoint) throws IOException {
        Path unfinished = path.resolveSibling(FILE_NAME + UNFINISHED);
        try (SegmentFile file = store.create(unfinished)) {
            file.write(ByteBuffer.allocate(CheckpointLayout.FILE_BYTES), 0);
            file.write(CheckpointLayout.encode(checkpoint), CheckpointLayout.slotOffset(checkpoint.generation()));
            file.force();
        }
        store.replace(unfinished, path);
        store.forceDirectory(directory);
    }

    /** Writes the next checkpoint, forced. */
    void write(Checkpoint checkpoint) throws IOException {
        try (SegmentFile file = store.openForWriting(path)) {
            file.write(CheckpointLayout.encode(checkpoint), CheckpointLayout.slotOffset(checkpoint.generation()));
            file.force();
        }
    }
}
