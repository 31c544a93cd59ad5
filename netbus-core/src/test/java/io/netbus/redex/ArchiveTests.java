package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What retention lets go of, and an archive keeps. */
class ArchiveTests {

    private static final String NAME = "orders/eu";
    private static final int PER_SEGMENT = 6;
    private static final LogConfig CONFIG = LogConfig.defaults()
            .withSegmentBytes(64 * 1024)
            .withRetention(Retention.all().withMaxRecords(PER_SEGMENT));

    @TempDir
    private Path temp;

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void whatIsGoneIsReadFromTheArchiveAndSoItIsAfterARestart(WriteMode mode) throws IOException {
        LogArchive archive = LogArchive.in(temp.resolve("archive"));
        LogConfig config = CONFIG.withWriteMode(mode);
        try (Redex redex = open(archive)) {
            RedexLog log = redex.log(NAME, config);
            append(log, 40);
            assertThat(localSegments()).hasSizeLessThan(4);
            assertThat(log.stats().archivedSegments()).isGreaterThan(3);
            assertWhole(log, 40);
        }
        try (Redex redex = open(archive)) {
            RedexLog log = redex.log(NAME, config);
            assertWhole(log, 40);
            append(log, 40);
            assertWhole(log, 80);
        }
        try (Stream<Path> files = Files.walk(temp.resolve("archive"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allMatch(path ->
                            path.toString().endsWith(".log") || path.toString().endsWith(".index"));
        }
    }

    @Test
    void whatCannotBeArchivedStays() throws IOException {
        MemoryArchive archive = new MemoryArchive();
        archive.failing.set(true);
        try (Redex redex = open(archive)) {
            RedexLog log = redex.log(NAME, CONFIG);
            append(log, 40);
            int segments = localSegments().size();
            assertThat(segments).isGreaterThan(5);
            assertThat(log.stats().archiveFailures()).isPositive();
            assertThat(log.stats().archivedSegments()).isZero();
            assertWhole(log, 40);

            archive.failing.set(false);
            log.sweep();

            assertThat(localSegments()).hasSizeLessThan(segments);
            assertWhole(log, 40);
        }
    }

    @Test
    void anArchiveThatIsNoFileIsReadToo() throws IOException {
        MemoryArchive archive = new MemoryArchive();
        try (Redex redex = open(archive)) {
            append(redex.log(NAME, CONFIG), 40);
        }
        archive.files.keySet().removeIf(name -> name.endsWith(".index"));
        try (Redex redex = open(archive)) {
            assertWhole(redex.log(NAME, CONFIG), 40);
        }
    }

    @Test
    void whatTheArchivesOwnerDeletesIsGone() throws IOException {
        MemoryArchive archive = new MemoryArchive();
        try (Redex redex = open(archive)) {
            RedexLog log = redex.log(NAME, CONFIG);
            append(log, 40);
            String second = archive.files.keySet().stream()
                    .filter(name -> name.endsWith(".log"))
                    .sorted()
                    .skip(1)
                    .findFirst()
                    .orElseThrow();
            long base = SegmentLayout.baseSequence(second.substring(second.lastIndexOf('/') + 1));
            archive.files.remove(second);

            assertThat(log.read(base)).isInstanceOf(ReadResult.Evicted.class);
            assertThat(log.firstSequence()).isGreaterThan(base);
            try (LogCursor cursor = log.cursor(0)) {
                assertThat(cursor.position()).isEqualTo(log.firstSequence());
            }
            assertThat(log.read(log.firstSequence())).isInstanceOf(ReadResult.Present.class);
        }
    }

    @Test
    void aCursorInWhatIsDeletedLosesItsPlaceExplicitly() throws IOException {
        MemoryArchive archive = new MemoryArchive();
        try (Redex redex = open(archive)) {
            RedexLog log = redex.log(NAME, CONFIG);
            append(log, 40);
            try (LogCursor cursor = log.cursor(0)) {
                archive.files.clear();
                assertThatExceptionOfType(HistoryLostException.class)
                        .isThrownBy(() -> cursor.read((sequence, stamp, payload) -> true, 100));
                assertThat(cursor.position()).isEqualTo(log.firstSequence());
                assertThat(cursor.read((sequence, stamp, payload) -> true, 100))
                        .isEqualTo((int) (40 - log.firstSequence()));
            }
        }
    }

    @Test
    void anotherLogOfThatNameDoesNotGetTheOldOnesRecords() throws IOException {
        MemoryArchive archive = new MemoryArchive();
        try (Redex redex = open(archive)) {
            append(redex.log(NAME, CONFIG), 40);
            Map<String, byte[]> kept = new TreeMap<>(archive.files);
            assertThat(redex.delete(NAME)).isTrue();
            assertThat(archive.files).isEmpty();
            archive.files.putAll(kept); // as if that had failed
            RedexLog log = redex.log(NAME, CONFIG);
            append(log, 20);
            assertWhole(log, 20);
        }
        try (Redex redex = open(archive)) {
            RedexLog log = redex.log(NAME, CONFIG);
            assertWhole(log, 20);
            append(log, 40);
            assertWhole(log, 60);
        }
    }

    /** However segments go to the archive while they are read, no record is missed. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void readersGoOnWhileSegmentsMove() throws Exception {
        int records = 600;
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try (Redex redex = open(LogArchive.in(temp.resolve("archive")))) {
            RedexLog log = redex.log(NAME, CONFIG);
            AtomicBoolean done = new AtomicBoolean();
            List<Future<Integer>> readers = Stream.of(1, 7)
                    .map(atOnce -> executor.submit(() -> readUntil(log, done, atOnce)))
                    .toList();
            append(log, records);
            done.set(true);
            for (Future<Integer> reader : readers) {
                assertThat(reader.get()).isPositive();
            }
            assertWhole(log, records);
        } finally {
            executor.shutdownNow();
        }
    }

    /** Reads all of the log again and again; returns how often. */
    private static int readUntil(RedexLog log, AtomicBoolean done, int atOnce) {
        int times = 0;
        boolean last;
        do {
            last = done.get();
            long[] expected = {0};
            try (LogCursor cursor = log.cursor(0)) {
                while (cursor.read(
                                (sequence, stamp, payload) -> {
                                    assertThat(sequence).isEqualTo(expected[0]++);
                                    assertThat(payload.getLong()).isEqualTo(sequence);
                                    return true;
                                },
                                atOnce)
                        > 0) {
                    Thread.onSpinWait();
                }
            }
            times++;
        } while (!last);
        return times;
    }

    // --- logs

    private Redex open(LogArchive archive) {
        return Redex.onDisk(temp.resolve("logs"), RedexConfig.defaults().withArchive(archive));
    }

    /** Appends records that hold their sequence, stamped ten times that, and lets go of what need not be kept. */
    private static void append(RedexLog log, int records) {
        for (int i = 0; i < records; i++) {
            long sequence = log.nextSequence();
            ByteBuffer payload = ByteBuffer.allocate(10_000).putLong(0, sequence);
            log.append(payload, 10 * sequence);
            if (i % PER_SEGMENT == 0) {
                log.sync();
                log.sweep();
            }
        }
        log.sync();
        log.sweep();
    }

    private static void assertWhole(RedexLog log, int records) {
        assertThat(log.firstSequence()).isZero();
        assertThat(log.nextSequence()).isEqualTo(records);
        long[] next = {0};
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read(
                    (sequence, stamp, payload) -> {
                        assertThat(sequence).isEqualTo(next[0]++);
                        assertThat(payload.getLong()).isEqualTo(sequence);
                        return true;
                    },
                    Integer.MAX_VALUE);
        }
        assertThat(next[0]).isEqualTo(records);
        for (long sequence = records - 1L; sequence >= 0; sequence -= 3) {
            assertThat(log.read(sequence)).isInstanceOf(ReadResult.Present.class);
            assertThat(log.sequenceAt(10 * sequence)).isEqualTo(sequence);
            assertThat(log.sequenceAt(10 * sequence - 1)).isEqualTo(sequence);
        }
    }

    private List<Path> localSegments() throws IOException {
        try (Stream<Path> files = Files.walk(temp.resolve("logs"))) {
            return files.filter(path -> path.toString().endsWith(".log")).toList();
        }
    }

    /** As an object store would be: whole files, and no file channels. */
    private static final class MemoryArchive implements LogArchive {

        private final Map<String, byte[]> files = new ConcurrentHashMap<>();
        private final AtomicBoolean failing = new AtomicBoolean();

        @Override
        public List<String> list(String log) {
            return files.keySet().stream()
                    .filter(name -> name.startsWith(log + "/"))
                    .map(name -> name.substring(log.length() + 1))
                    .toList();
        }

        @Override
        public void store(String log, String file, ReadableByteChannel content, long bytes) throws IOException {
            if (failing.get()) {
                throw new IOException("the archive is away, on purpose");
            }
            ByteBuffer all = ByteBuffer.allocate((int) bytes + 1);
            while (content.read(all) >= 0) {
                assertThat(all.position()).isLessThanOrEqualTo((int) bytes);
            }
            byte[] kept = new byte[(int) bytes];
            all.get(0, kept);
            files.put(log + "/" + file, kept);
        }

        @Override
        public SeekableByteChannel open(String log, String file) throws IOException {
            byte[] bytes = files.get(log + "/" + file);
            if (bytes == null) {
                throw new NoSuchFileException(file);
            }
            return new Bytes(bytes);
        }

        @Override
        public void delete(String log) {
            files.keySet().removeIf(name -> name.startsWith(log + "/"));
        }
    }

    private static final class Bytes implements SeekableByteChannel {

        private final byte[] bytes;
        private long position;
        private boolean open = true;

        private Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (!open) {
                throw new ClosedChannelException();
            }
            int count = (int) Math.min(Math.min(into.remaining(), 5_000), bytes.length - position);
            if (count <= 0) {
                return -1;
            }
            into.put(bytes, (int) position, count);
            position += count;
            return count;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public SeekableByteChannel position(long to) {
            position = to;
            return this;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public int write(ByteBuffer from) {
            throw new NonWritableChannelException();
        }

        @Override
        public SeekableByteChannel truncate(long size) {
            throw new NonWritableChannelException();
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
