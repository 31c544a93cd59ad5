package io.netbus.redex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tells what is changed in a log's files, in words for who repairs it. <b>Threads:</b> one at a time.
 */
final class RecordingStore implements SegmentStore {

    private final SegmentStore store;
    private final String log;
    private final Consumer<LogRepair.Action> to;

    private long actions;
    private boolean quiet;

    RecordingStore(SegmentStore store, String log, Consumer<LogRepair.Action> to) {
        this.store = store;
        this.log = log;
        this.to = to;
    }

    long actions() {
        return actions;
    }

    /** Tells of a change that is about to be made. */
    void tell(Path file, String what, String detail) {
        actions++;
        to.accept(new LogRepair.Action(log, file, what, detail));
    }

    /** Whether calls go without a word, because who makes them tells of them. */
    void quiet(boolean isQuiet) {
        quiet = isQuiet;
    }

    private void tellCall(Path file, String what, String detail) {
        if (!quiet) {
            tell(file, what, detail);
        }
    }

    private static boolean isSegment(Path path) {
        return SegmentLayout.baseSequence(path.getFileName().toString()) >= 0;
    }

    private static boolean isUnfinished(Path path) {
        return path.getFileName().toString().endsWith(LogParts.UNFINISHED);
    }

    private static boolean isInQuarantine(Path path) {
        Path parent = path.getParent();
        return parent != null && parent.endsWith(LogParts.QUARANTINE);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        store.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return store.list(directory);
    }

    @Override
    public SegmentFile create(Path file) throws IOException {
        return new Recorded(file, store.create(file));
    }

    @Override
    public SegmentFile openForWriting(Path file) throws IOException {
        return new Recorded(file, store.openForWriting(file));
    }

    @Override
    public SegmentFile openForReading(Path file) throws IOException {
        return store.openForReading(file);
    }

    @Override
    public void replace(Path from, Path target) throws IOException {
        String detail = "bytes=" + size(from);
        if (isInQuarantine(target)) {
            boolean whole = !isInQuarantine(from);
            String what = whole ? "file moved to quarantine" : "bytes copied to quarantine";
            tellCall(target, what, whole ? "from=" + from.getFileName() + ", " + detail : detail);
        } else if (isSegment(target)) {
            tellCall(target, "records behind the durable tip written anew, under the next epoch", detail);
        } else {
            tellCall(target, "file made anew", detail);
        }
        store.replace(from, target);
    }

    @Override
    public void delete(Path file) throws IOException {
        boolean isIndex = IndexFile.baseSequence(file.getFileName().toString()) >= 0;
        String what = isUnfinished(file)
                ? "unfinished file deleted"
                : isIndex
                        ? "index deleted; it is made anew when it is needed"
                        : "segment deleted, whose records are dropped, written anew, or in quarantine";
        tellCall(file, what, "bytes=" + size(file));
        store.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        store.forceDirectory(directory);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return store.usableBytes(directory);
    }

    private long size(Path path) throws IOException {
        try (SegmentFile file = store.openForReading(path)) {
            return file.size();
        }
    }

    private final class Recorded implements SegmentFile {

        private final Path path;
        private final SegmentFile file;

        private Recorded(Path path, SegmentFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            if (isSegment(path)) {
                tellCall(path, "tip written", "offset=" + offset);
            } else if (path.endsWith(CheckpointFile.FILE_NAME)) {
                tellCall(path, "checkpoint written", "offset=" + offset);
            }
            file.write(bytes, offset);
        }

        @Override
        public int read(ByteBuffer bytes, long offset) throws IOException {
            return file.read(bytes, offset);
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
            long size = file.size();
            tellCall(path, bytes < size ? "file cut" : "file lengthened by zeros", "from=" + size + ", to=" + bytes);
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
