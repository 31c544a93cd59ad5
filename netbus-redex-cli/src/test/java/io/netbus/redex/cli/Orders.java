package io.netbus.redex.cli;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A directory with a log {@code orders}, for tests. */
final class Orders {

    static final long TEN_O_CLOCK = 1_795_168_800_000_000_000L; // 2026-11-20 10:00:00 UTC

    private static final int HEAD_BYTES = 4096; // of a segment, as docs/format/redex.md says

    final Path base;

    Orders(Path base) {
        this.base = base;
    }

    Redex open() {
        return Redex.onDisk(
                base, RedexConfig.defaults().withSegmentBytes(64 * 1024).withLockWait(Duration.ZERO));
    }

    /** Appends records, each stamped a second later than the one before, and closes. */
    Orders with(String... payloads) {
        try (Redex redex = open()) {
            append(redex.log("orders"), payloads);
        }
        return this;
    }

    static void append(RedexLog log, String... payloads) {
        for (String payload : payloads) {
            log.append(utf8(payload), TEN_O_CLOCK + log.nextSequence() * 1_000_000_000L);
        }
    }

    static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    Path segment(long baseSequence) {
        return base.resolve("orders.redex").resolve(String.format("%020d.log", baseSequence));
    }

    /** Changes a byte behind the head of the first segment. */
    void damage(int offset) throws IOException {
        flip(segment(0), HEAD_BYTES + offset);
    }

    static void flip(Path path, long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(old ^ 1);
        }
    }

    /** A copy of everything as it is now, as a crash would leave it. */
    Orders crashed(Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(base)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(base.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
        return new Orders(to);
    }

    /** What there is, with times and sizes; the lock file apart, which says who held it last. */
    Map<String, String> state() throws IOException {
        Map<String, String> state = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(base)) {
            for (Path path : paths.filter(path -> !path.endsWith("lock") && !path.equals(base))
                    .toList()) {
                String content = Files.isRegularFile(path)
                        ? Integer.toString(Arrays.hashCode(Files.readAllBytes(path)))
                        : "directory";
                state.put(base.relativize(path).toString(), Files.getLastModifiedTime(path) + " " + content);
            }
        }
        return state;
    }
}
