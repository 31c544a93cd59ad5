package io.netbus.redex;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Three logs in which everything occurs that the format knows, as a release writes them: {@code closed}, in both write
 * modes, {@code crashed}, and {@code compressed}. What they hold is said in {@link GoldenFilesTests}.
 */
final class GoldenFiles {

    static final String CLOSED = "closed";
    static final String CRASHED = "crashed";
    static final String COMPRESSED = "compressed";

    /** Longer than what one entry of an index is about. */
    static final String LONG = "long ".repeat(500);

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int TORN_BYTES = 24;

    private GoldenFiles() {}

    /**
     * Writes them.
     *
     * @param to made if it is missing
     * @param work an empty directory
     */
    static void write(Path to, Path work) throws IOException {
        writeClosed(to.resolve(CLOSED), work.resolve(CLOSED));
        writeCrashed(to.resolve(CRASHED), work.resolve(CRASHED));
        writeCompressed(to.resolve(COMPRESSED), work.resolve(COMPRESSED));
    }

    private static void writeCompressed(Path to, Path work) throws IOException {
        try (SmallLog small = new SmallLog(work, Compression.LZ4)) {
            small.append("short", LONG);
            small.batch(LONG, "", "end");
        }
        copy(work, to);
    }

    private static void writeClosed(Path to, Path work) throws IOException {
        Path killed = work.resolve("killed");
        try (SmallLog small = new SmallLog(work, WriteMode.CHANNEL)) {
            small.append("dropped", "");
            small.roll();
            small.append("first kept", "");
            small.batch("one", "", "three");
            small.roll();
            small.dropBelow(2);
            small.append("forced");
            small.log.sync();
            small.batch("behind", "the force");
            kill(small, killed);
        }
        try (SmallLog small = new SmallLog(killed, WriteMode.MAPPED)) {
            small.append("of epoch 1");
            small.roll();
            small.append(LONG, LONG, LONG);
            small.batch("the", "end");
        }
        copy(killed, to);
    }

    private static void writeCrashed(Path to, Path work) throws IOException {
        Path killed = work.resolve("killed");
        try (SmallLog small = new SmallLog(work, WriteMode.CHANNEL)) {
            small.append("sealed");
            small.roll();
            small.append("forced");
            small.log.sync();
            small.append("forced too"); // and the tip of the force before
            small.log.sync();
            small.batch("written", "in a batch");
            small.append("written");
            kill(small, killed);
        }
        List<Path> segments = segments(killed);
        Path last = segments.get(segments.size() - 1);
        byte[] bytes = Files.readAllBytes(last);
        List<Integer> frames = LogFiles.frameOffsets(bytes);
        int frame = frames.get(frames.size() - 2);
        Files.write(last, Arrays.copyOfRange(bytes, frame, frame + TORN_BYTES), StandardOpenOption.APPEND);
        copy(killed, to);
    }

    /** Copies the files as they are once full segments are sealed. */
    private static void kill(SmallLog small, Path to) throws IOException {
        await().atMost(TIMEOUT)
                .until(() ->
                        files(small.base, "*.index").size() == small.segments().size() - 1
                                && files(small.base, "*.tmp").isEmpty());
        SmallLog.copy(small.directory, Files.createDirectories(to).resolve(small.directory.getFileName()));
    }

    private static List<Path> segments(Path base) throws IOException {
        return files(base, "*.log");
    }

    private static List<Path> files(Path base, String pattern) throws IOException {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        try (Stream<Path> paths = Files.walk(base)) {
            return paths.filter(path -> matcher.matches(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        String log = LogName.directory(SmallLog.NAME);
        SmallLog.copy(from.resolve(log), Files.createDirectories(to).resolve(log));
    }
}
