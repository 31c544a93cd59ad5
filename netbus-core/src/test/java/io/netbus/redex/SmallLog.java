package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A log of several segments that together are some kilobytes: retention ends each, and a hold keeps it from going. */
final class SmallLog implements AutoCloseable {

    static final String NAME = "orders";

    private static final Duration AGE = Duration.ofHours(1);

    final Path base;
    final Path directory;
    final RedexLog log;

    private final Redex redex;
    private final LogHold hold;
    private Instant now = Instant.parse("2026-11-20T10:00:00Z");

    SmallLog(Path base, WriteMode mode) {
        this(base, mode, new FileStore());
    }

    SmallLog(Path base, Compression compression) {
        this(base, WriteMode.CHANNEL, compression, new FileStore());
    }

    SmallLog(Path base, WriteMode mode, SegmentStore store) {
        this(base, mode, Compression.NONE, store);
    }

    private SmallLog(Path base, WriteMode mode, Compression compression, SegmentStore store) {
        this.base = base;
        this.directory = base.resolve(LogName.directory(NAME));
        InstantSource clock = () -> now;
        RedexConfig config = RedexConfig.defaults().withLockWait(Duration.ZERO);
        redex = DiskRedex.open(base, config, store, clock);
        log = redex.log(
                NAME,
                LogConfig.defaults()
                        .withSegmentBytes(64 * 1024)
                        .withWriteMode(mode)
                        .withCompression(compression)
                        .withRetention(Retention.all().withMaxAge(AGE)));
        hold = log.hold("test", log.firstSequence());
    }

    /** Segments of 4, 3, 3 and 2 records, the first of which is dropped; closed. */
    static SmallLog closed(Path base, WriteMode mode) {
        try (SmallLog small = new SmallLog(base, mode)) {
            small.append("a", "", "ccc");
            small.batch("one", "two");
            small.roll();
            small.append("first kept", "e");
            small.batch("three", "four", "five");
            small.roll();
            small.dropBelow(5);
            small.append("g");
            small.batch("six", "");
            small.roll();
            small.append("i", "the last record");
            return small;
        }
    }

    void append(String... payloads) {
        for (String payload : payloads) {
            log.append(utf8(payload), nanos());
            now = now.plusNanos(1);
        }
    }

    void batch(String... payloads) {
        RecordBatch batch = new RecordBatch(0);
        for (String payload : payloads) {
            batch.add(utf8(payload));
        }
        log.append(batch, nanos());
    }

    /** Goes on in another segment. */
    void roll() {
        now = now.plus(AGE).plus(AGE);
        log.sweep();
    }

    /** Drops the segments that hold nothing from that sequence on. */
    void dropBelow(long sequence) {
        hold.moveTo(sequence);
        log.sweep();
    }

    @Override
    public void close() {
        redex.close();
    }

    private long nanos() {
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    // --- files

    List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(path ->
                            SegmentLayout.baseSequence(path.getFileName().toString()) >= 0)
                    .sorted()
                    .toList();
        }
    }

    /** All files below a directory, by path relative to it, with their bytes. */
    static Map<String, byte[]> content(Path directory) throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                content.put(directory.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return content;
    }

    /** Copies a directory as it is now, as a crash would leave it. */
    static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
        return to;
    }

    /** The newer tip of a segment file's bytes. */
    static SegmentTip tip(byte[] segment) {
        return Objects.requireNonNull(SegmentLayout.tip(ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN)));
    }

    // --- verifying

    /** What verifying a directory found, and what it said in the end. */
    record Verified(List<LogFinding> findings, List<LogVerdict> verdicts) {

        List<LogFinding> of(LogFinding.Kind kind) {
            return findings.stream().filter(finding -> finding.kind() == kind).toList();
        }

        LogVerdict verdict() {
            return verdicts.get(0);
        }
    }

    static Verified verify(Path base) {
        return verify(base, new FileStore());
    }

    static Verified verify(Path base, SegmentStore store) {
        List<LogFinding> findings = new ArrayList<>();
        List<LogVerdict> verdicts = LogInspector.of(base, store).verify(findings::add);
        return new Verified(findings, verdicts);
    }
}
