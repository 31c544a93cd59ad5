package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of one log named {@code orders}, for tests that look into them, damage them and open them again. */
final class LogFiles {

    static final String NAME = "orders";
    static final RedexConfig CONFIG = RedexConfig.defaults().withSegmentBytes(64 * 1024);

    /** Nothing is forced unless it is asked for. */
    static final RedexConfig RARELY = CONFIG.withForceInterval(Duration.ofHours(1));

    private static final long TIMEOUT_SECONDS = 60;

    final Path base;
    final Path directory;
    final RedexConfig config;

    /** What to do with an open log. */
    @FunctionalInterface
    interface Session {
        void run(RedexLog log) throws Exception;
    }

    LogFiles(Path base, WriteMode mode) {
        this.base = base;
        this.directory = base.resolve(LogName.directory(NAME));
        this.config = RARELY.withWriteMode(mode);
    }

    Redex open() {
        return Redex.onDisk(base, config);
    }

    Redex open(SegmentStore store) {
        return DiskRedex.open(base, config, store);
    }

    /** Appends each as a record, stamped 1, and closes. */
    void append(String... payloads) {
        try (Redex redex = open()) {
            append(redex.log(NAME), payloads);
        }
    }

    /** Appends each as a record, stamped 1. */
    static void append(RedexLog log, String... payloads) {
        for (String payload : payloads) {
            log.append(utf8(payload), 1);
        }
    }

    /** Opens and closes. */
    void reopen() {
        try (Redex redex = open()) {
            redex.log(NAME);
        }
    }

    /** Leaves the files as they would be had the process died at the end of the session. */
    void die(Session session) throws Exception {
        Map<String, String> left;
        try (Redex redex = open()) {
            session.run(redex.log(NAME));
            left = content();
        }
        restore(left);
    }

    /** As {@link #die}, with no byte of the session forced but what its first append forces. */
    void dieUnforced(Session session) throws Exception {
        FaultyStore store = new FaultyStore();
        CountDownLatch dead = new CountDownLatch(1);
        Map<String, String> left;
        Redex redex = open(store);
        try {
            RedexLog log = redex.log(NAME);
            store.onForce = path -> {
                if (Thread.currentThread().getName().equals("netbus-force")) {
                    await(dead);
                }
            };
            session.run(log);
            left = content();
        } finally {
            dead.countDown();
            redex.close();
        }
        restore(left);
    }

    /** Forces all that is appended. */
    static void force(RedexLog log) throws Exception {
        log.whenForced(log.nextSequence()).toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
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

    /** Base sequences of all segments, in order. */
    List<Long> segments() throws IOException {
        return names().stream()
                .map(SegmentLayout::baseSequence)
                .filter(base -> base >= 0)
                .toList();
    }

    long lastSegment() throws IOException {
        List<Long> segments = segments();
        return segments.get(segments.size() - 1);
    }

    /** Names of what lies in quarantine. */
    List<String> quarantine() throws IOException {
        return names().stream()
                .filter(name -> name.startsWith("quarantine"))
                .map(name -> name.substring("quarantine/".length()))
                .toList();
    }

    byte[] quarantine(String name) throws IOException {
        return Files.readAllBytes(directory.resolve("quarantine").resolve(name));
    }

    void write(long baseSequence, byte[] bytes) throws IOException {
        Files.write(segment(baseSequence), bytes);
    }

    /** Name and content of each file of the log, without indexes, which come and go. */
    Map<String, String> content() throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile)
                    .filter(it -> !isIndex(it))
                    .toList()) {
                content.put(
                        directory.relativize(path).toString(),
                        new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
            }
        }
        return content;
    }

    private static boolean isIndex(Path path) {
        return IndexFile.baseSequence(path.getFileName().toString()) >= 0;
    }

    /** The names of all files of the log, without indexes. */
    Set<String> names() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(Files::isRegularFile)
                    .filter(path -> !isIndex(path))
                    .map(path -> directory.relativize(path).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
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
            Files.createDirectories(path.getParent(), FileStore.ownerOnly(path, "rwx------"));
            Files.createFile(path, FileStore.ownerOnly(path, "rw-------"));
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

    static byte[] copy(ByteBuffer payload) {
        byte[] copy = new byte[payload.remaining()];
        payload.get(copy);
        return copy;
    }

    static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Where the frames of a segment start, and where the last one ends; zeros may follow it. */
    static List<Integer> frameOffsets(byte[] segment) {
        ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
        List<Integer> offsets = new ArrayList<>();
        int at = SegmentLayout.HEAD_BYTES;
        while (at < segment.length && bytes.getInt(at + FrameLayout.LENGTH_OFFSET) > 0) {
            offsets.add(at);
            at += bytes.getInt(at + FrameLayout.LENGTH_OFFSET);
        }
        offsets.add(at);
        return offsets;
    }

    /** The newer tip in a segment's head page. */
    static SegmentTip tip(byte[] segment) {
        return Objects.requireNonNull(SegmentLayout.tip(ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN)));
    }

    /** Offset of a tip in the head page, the newer or the older one. */
    static int tipOffset(byte[] segment, boolean newer) {
        long generation = tip(segment).generation();
        return SegmentLayout.tipOffset(newer ? generation : generation - 1);
    }

    /** A copy with one bit flipped. */
    static byte[] flipped(byte[] bytes, int at) {
        byte[] copy = bytes.clone();
        copy[at] ^= (byte) (1 << at % 8);
        return copy;
    }

    /** A copy with zeros from an offset on. */
    static byte[] zeroed(byte[] bytes, int from) {
        byte[] copy = bytes.clone();
        Arrays.fill(copy, from, copy.length, (byte) 0);
        return copy;
    }
}
