package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that somebody deletes while the log is open. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there, an open file cannot be deleted")
@SuppressWarnings("NullAway") // the mode is set by JUnit
class VanishedFilesTests {

    private static final int RECORDS = 40;
    private static final int PAYLOAD_BYTES = 10_000; // six to a segment

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path base;

    private LogFiles files;
    private LogConfig config;
    private Redex redex;
    private RedexLog log;

    @BeforeEach
    void open() {
        files = new LogFiles(base, mode);
        config = files.config.logDefaults();
        redex = files.open();
        log = redex.log(LogFiles.NAME);
        append(RECORDS);
        reopen(); // so that no reader has a segment mapped
    }

    @AfterEach
    void close() {
        redex.close();
    }

    // --- segments

    @Test
    void aSegmentThatVanishesIsMissedByItsReadersAlone() throws IOException {
        append(1);
        List<Long> segments = files.segments();
        long gone = segments.get(2);
        long behind = segments.get(3);
        Files.delete(files.segment(gone));

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> log.read(gone))
                .withMessageContaining("log=orders, sequence=" + gone)
                .withCauseInstanceOf(NoSuchFileException.class)
                .withStackTraceContaining(SegmentLayout.fileName(gone));
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> log.sequenceAt(stamp(gone + 1)))
                .withMessageContaining("log=orders")
                .withCauseInstanceOf(NoSuchFileException.class);
        try (LogCursor cursor = log.cursor(0)) {
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(UncheckedIOException.class)
                        .isThrownBy(() -> cursor.read((sequence, stamp, payload) -> true, RECORDS))
                        .withCauseInstanceOf(NoSuchFileException.class);
                assertThat(cursor.position()).isEqualTo(gone);
            }
            cursor.seek(behind);
            assertThat(cursor.read((sequence, stamp, payload) -> true, 2 * RECORDS))
                    .isEqualTo((int) (log.nextSequence() - behind));
        }
        append(RECORDS);
        log.sync();
        assertThat(log.stats().failure()).isNull();
        assertMissing(gone, gone, behind);
    }

    @Test
    void whoReadsASegmentThatVanishesReadsOn() throws IOException {
        List<Long> segments = files.segments();
        long gone = segments.get(2);
        log.read(gone);
        Files.delete(files.segment(gone));

        assertThat(readable(log)).containsExactlyElementsOf(range(0, RECORDS));
        assertMissing(gone, gone, segments.get(3));
    }

    @Test
    void theFirstSegmentMayVanishToo() throws IOException {
        long second = files.segments().get(1);
        Files.delete(files.segment(0));
        append(1);
        log.sync();

        assertRefused(0);
        reopen(RecoveryMode.TOLERANT);
        assertThat(log.recovery()).isNotEmpty();
        assertThat(log.firstSequence()).isEqualTo(second);
        assertThat(readable(log)).containsExactlyElementsOf(range(second, RECORDS + 1));
    }

    /** What is written to it is still written, for those who have it open, and gone with them: that can only be seen later. */
    @Test
    void theSegmentThatIsWrittenMayVanishAndTakesItsOwnRecordsAlone() throws IOException {
        append(1);
        long gone = files.lastSegment();
        Files.delete(files.segment(gone));
        append(1);
        log.sync();
        assertThat(readable(log)).containsExactlyElementsOf(range(0, RECORDS + 2));

        append(2 * RECORDS); // goes on in others, and lets that one go
        log.sync();
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> log.read(gone))
                .withCauseInstanceOf(NoSuchFileException.class);
        assertThat(log.stats().failure()).isNull();
        long next =
                files.segments().stream().filter(it -> it > gone).findFirst().orElseThrow();
        assertMissing(gone, gone, next);
    }

    @Test
    void theLastSegmentMayVanish() throws IOException {
        append(1);
        long gone = files.lastSegment();
        Files.delete(files.segment(gone));
        log.sync();

        assertRefused(gone);
        reopen(RecoveryMode.TOLERANT);
        assertThat(log.recovery()).isNotEmpty();
        assertThat(log.nextSequence()).isEqualTo(gone);
        assertThat(log.epoch()).isEqualTo(1); // those sequences are given again
        assertThat(readable(log)).containsExactlyElementsOf(range(0, gone));
        append(1);
        assertThat(readable(log)).containsExactlyElementsOf(range(0, gone + 1));
    }

    @Test
    void retentionTakesAVanishedSegmentForDeleted() throws IOException {
        config = config.withRetention(Retention.all().withMaxRecords(10));
        reopen();
        Files.delete(files.segment(files.segments().get(1)));

        log.sweep();

        assertThat(log.firstSequence()).isBetween(1L, RECORDS - 10L);
        assertThat(files.segments()).allMatch(it -> it >= log.firstSequence());
        reopen();
        assertThat(log.recovery()).isEmpty();
        assertThat(readable(log)).containsExactlyElementsOf(range(log.firstSequence(), RECORDS));
    }

    // --- what is beside them

    @Test
    void theCheckpointMayVanishAndIsMadeAnewFromTheSegments() throws IOException {
        config = config.withRetention(Retention.all().withMaxRecords(10));
        reopen();
        Files.delete(files.directory.resolve(CheckpointFile.FILE_NAME));
        append(1);
        log.sync();
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(log::sweep)
                .withMessageContaining("log=orders")
                .withCauseInstanceOf(NoSuchFileException.class)
                .withStackTraceContaining(CheckpointFile.FILE_NAME);
        assertThat(readable(log)).containsExactlyElementsOf(range(0, RECORDS + 1));
        assertThat(log.stats().failure()).isNull();

        reopen();
        assertThat(log.recovery())
                .singleElement()
                .satisfies(action -> assertThat(action.what()).contains("checkpoint made anew"));
        assertThat(log.epoch()).isZero();
        assertThat(readable(log)).containsExactlyElementsOf(range(0, RECORDS + 1));
        log.sweep();
        assertThat(log.firstSequence()).isPositive();
    }

    @Test
    void indexesMayVanish() throws IOException {
        int deleted = 0;
        try (Stream<Path> paths = Files.list(files.directory)) {
            for (Path path : paths.filter(
                            it -> IndexFile.baseSequence(it.getFileName().toString()) >= 0)
                    .toList()) {
                Files.delete(path);
                deleted++;
            }
        }
        assertThat(deleted).isGreaterThan(3);
        assertThat(readable(log)).containsExactlyElementsOf(range(0, RECORDS));
        assertThat(log.sequenceAt(stamp(17))).isEqualTo(17);
        append(RECORDS);
        log.sync();

        reopen();
        assertThat(log.recovery()).isEmpty();
        assertThat(readable(log)).containsExactlyElementsOf(range(0, 2 * RECORDS));
    }

    @Test
    void allOfALogMayVanishAndOthersDoNotNotice() throws IOException {
        RedexLog other = redex.log("other");
        other.append(ByteBuffer.wrap(payload(0)), 1);
        append(1);
        deleteAll(files.directory);

        assertThatExceptionOfType(LogFailedException.class)
                .isThrownBy(() -> append(RECORDS))
                .withMessageContaining("log=orders")
                .withStackTraceContaining("NoSuchFileException");
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> append(1));
        log.close();
        other.append(ByteBuffer.wrap(payload(1)), 1, Acknowledgement.FSYNCED);
        assertThat(readable(other)).containsExactly(0L, 1L);

        assertThat(redex.names()).containsExactly("other");
        log = redex.log(LogFiles.NAME); // as one that never was
        assertThat(log.nextSequence()).isZero();
        append(1);
        reopen();
        assertThat(readable(log)).containsExactly(0L);
        assertThat(readable(redex.log("other"))).containsExactly(0L, 1L);
    }

    // --- helpers

    private void append(int count) {
        for (int i = 0; i < count; i++) {
            long sequence = log.nextSequence();
            log.append(ByteBuffer.wrap(payload(sequence)), stamp(sequence));
        }
    }

    private void reopen() {
        reopen(RecoveryMode.STRICT);
    }

    private void reopen(RecoveryMode recovery) {
        redex.close();
        redex = files.open();
        log = redex.log(LogFiles.NAME, config.withRecovery(recovery));
    }

    private void assertRefused(long gone) {
        redex.close();
        redex = files.open();
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(CorruptLogException.class)
                    .isThrownBy(() -> redex.log(LogFiles.NAME, config))
                    .withMessageContaining("file=" + files.segment(gone))
                    .withMessageContaining("field=segment")
                    .withMessageContaining("found=none");
        }
    }

    /** Strict recovery names the file that is gone, tolerant recovery loses its records and no others. */
    private void assertMissing(long gone, long from, long to) throws IOException {
        long next = log.nextSequence();
        redex.close();
        redex = files.open();
        assertThatExceptionOfType(CorruptLogException.class)
                .isThrownBy(() -> redex.log(LogFiles.NAME, config))
                .withMessageContaining("file=" + files.segment(gone) + ",")
                .withMessageContaining("found=" + SegmentLayout.fileName(to));
        reopen(RecoveryMode.TOLERANT);
        assertThat(log.nextSequence()).isEqualTo(next);
        TreeSet<Long> left = new TreeSet<>(range(0, next));
        left.removeAll(range(from, to));
        assertThat(readable(log)).containsExactlyElementsOf(left);
        assertThat(log.stats().damagedRecords()).isEqualTo(to - from);
        assertThat(log.read(from)).isInstanceOf(ReadResult.Corrupt.class);
        assertThat(files.segments()).doesNotContain(gone);
    }

    /** The sequences of all records that are read, each unchanged; around holes where the log is tolerant. */
    private static List<Long> readable(RedexLog log) {
        List<Long> sequences = new ArrayList<>();
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read(
                    new LogCursor.RecordReader() {
                        @Override
                        public boolean accept(long sequence, long timestampNanos, ByteBuffer payload) {
                            assertThat(LogFiles.copy(payload)).isEqualTo(payload(sequence));
                            return sequences.add(sequence);
                        }

                        @Override
                        public boolean skip(LogHole hole) {
                            return true;
                        }
                    },
                    Integer.MAX_VALUE);
            assertThat(cursor.position()).isEqualTo(log.nextSequence());
        }
        return sequences;
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private static long stamp(long sequence) {
        return 1_000 + sequence;
    }

    private static byte[] payload(long sequence) {
        byte[] payload = new byte[PAYLOAD_BYTES];
        new Random(sequence).nextBytes(payload);
        return payload;
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }
}
