package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of one log named {@code orders}, for tests that look into them, damage them and open them again. */
final class LogFiles {

    static final String NAME = "orders";
    static final RedexConfig CONFIG = RedexConfig.defaults().withSegmentBytes(64 * 1024);

    final Path base;
    final Path directory;

    LogFiles(Path base) {
        this.base = base;
        this.directory = base.resolve(LogName.directory(NAME));
    }

    Redex open() {
        return Redex.onDisk(base, CONFIG);
    }

    Path segment(long baseSequence) {
        return directory.resolve(SegmentLayout.fileName(baseSequence));
    }

    byte[] bytes(long baseSequence) {
        try {
            return Files.readAllBytes(segment(baseSequence));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(long baseSequence, byte[] bytes) throws IOException {
        Files.write(segment(baseSequence), bytes);
    }

    /** Name and content of each file of the log. */
    Map<String, String> content() throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                content.put(
                        directory.relativize(path).toString(),
                        new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
            }
        }
        return content;
    }

    /** Puts back what {@link #content()} returned, and removes all else. */
    void restore(Map<String, String> content) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                Files.delete(path);
            }
        }
        for (Map.Entry<String, String> file : content.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** The payloads of all records, as text. */
    static List<String> payloads(RedexLog log) {
        List<String> payloads = new ArrayList<>();
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read(
                    (sequence, stamp, payload) -> payloads.add(
                            StandardCharsets.UTF_8.decode(payload.duplicate()).toString()),
                    Integer.MAX_VALUE);
        }
        return payloads;
    }

    static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Where the frames of a segment start, and where the last one ends. */
    static List<Integer> frameOffsets(byte[] segment) {
        ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
        List<Integer> offsets = new ArrayList<>();
        int at = SegmentLayout.HEAD_BYTES;
        while (at < segment.length) {
            offsets.add(at);
            at += bytes.getInt(at + FrameLayout.LENGTH_OFFSET);
        }
        offsets.add(at);
        return offsets;
    }
}
