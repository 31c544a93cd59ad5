package io.netbus.redex;

import static io.netbus.redex.LogFiles.flipped;
import static io.netbus.redex.LogFiles.payloads;
import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What becomes of a log that was closed, so that all of it is forced, and whose bytes were changed since. Opening refuses
 * it and names the file, or reading reports the record; only what nobody needs may be lost silently.
 */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class DamageTests {

    private static final Logger REPORTS = Logger.getLogger(LogRecovery.class.getName());
    private static final Pattern OFFSET = Pattern.compile("offset=(\\d+),");
    private static final String LARGE = "x".repeat(70_000); // has a segment of its own

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path base;

    private LogFiles files;

    @BeforeEach
    void setUp() {
        files = new LogFiles(base, mode);
        REPORTS.setLevel(Level.OFF);
    }

    @AfterEach
    void tearDown() {
        REPORTS.setLevel(null);
    }

    // --- any bit

    @Test
    void aFlipAnywhereIsRefusedOrReportedOrHarmless() throws IOException {
        try (ClosedLog log = new ClosedLog()) {
            for (long segment : log.segments()) {
                int size = Math.min(log.bytes(segment).length, SegmentLayout.HEAD_BYTES + 1_000);
                for (int at = 0; at < size; at++) {
                    log.damage(segment, at, 1 << at % 8, "segment=" + segment + " at=" + at);
                }
                log.assertUnchanged();
            }
        }
    }

    @Test
    void anyBitFlippedIsRefusedOrReportedOrHarmless() throws IOException {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        try (ClosedLog log = new ClosedLog()) {
            for (int round = 0; round < 1_000; round++) {
                long segment = log.segments().get(random.nextInt(log.segments().size()));
                byte[] bytes = log.bytes(segment);
                int at = random.nextInt(4) == 0
                        ? random.nextInt(SegmentLayout.HEAD_BYTES)
                        : SegmentLayout.HEAD_BYTES + random.nextInt(bytes.length - SegmentLayout.HEAD_BYTES);
                log.damage(segment, at, 1 << random.nextInt(8), "seed=" + seed + " round=" + round);
            }
            log.assertUnchanged();
        }
    }

    /** A log of three segments that was closed, and what each part of it holds. */
    private final class ClosedLog implements AutoCloseable {

        private final List<String> records = new ArrayList<>();
        private final List<Long> segments;
        private final Map<String, String> whole;
        private final Map<Long, byte[]> bytes = new HashMap<>();
        private final Redex redex;

        private ClosedLog() throws IOException {
            for (int session = 0; session < 2; session++) { // so that both tips of each are used
                try (Redex first = files.open()) {
                    RedexLog log = first.log(LogFiles.NAME);
                    if (session == 1) {
                        log.append(utf8(LARGE), 3);
                    }
                    log.append(utf8("record"), 5);
                    log.append(new RecordBatch(0).add(utf8("one")).add(utf8("")).add(utf8("three")), 6);
                    log.append(utf8("last"), 7);
                    records.clear();
                    records.addAll(payloads(log));
                }
            }
            segments = files.segments();
            assertThat(segments).containsExactly(0L, 5L, 6L);
            whole = files.content();
            segments.forEach(segment -> bytes.put(segment, files.bytes(segment)));
            redex = files.open();
        }

        private List<Long> segments() {
            return segments;
        }

        private byte[] bytes(long segment) {
            return Objects.requireNonNull(bytes.get(segment));
        }

        @Override
        public void close() {
            redex.close();
        }

        private void assertUnchanged() throws IOException {
            assertThat(files.content()).isEqualTo(whole);
        }

        /** Opens the log with one bit flipped, checks what comes of it, and flips it back. */
        private void damage(long segment, int at, int bit, String where) throws IOException {
            byte good = bytes(segment)[at];
            boolean inOlderTip = isIn(at, LogFiles.tipOffset(bytes(segment), false));
            boolean inNewerTip = isIn(at, LogFiles.tipOffset(bytes(segment), true));
            put(segment, at, (byte) (good ^ bit));
            RedexLog log;
            try {
                log = redex.log(LogFiles.NAME);
            } catch (CorruptLogException e) {
                assertThat(e).as(where).hasMessageContaining("file=" + files.segment(segment));
                assertThat(at).as(where).isLessThan(SegmentLayout.HEAD_BYTES);
                assertThat(inOlderTip || inNewerTip).as(where).isFalse();
                put(segment, at, good);
                return;
            }
            try (log) {
                assertThat(log.nextSequence()).as(where).isEqualTo(records.size());
                if (at < SegmentLayout.HEAD_BYTES) {
                    assertThat(inOlderTip || inNewerTip).as(where).isTrue();
                    assertThat(payloads(log)).as(where).isEqualTo(records);
                } else {
                    assertReported(log, segment, at, where);
                }
                assertThat(log.epoch()).as(where).isEqualTo(inNewerTip && segment == 6 ? 1 : 0);
            }
            if (inNewerTip) {
                files.restore(whole); // opening has mended it
            } else {
                put(segment, at, good);
            }
        }

        private void put(long segment, int at, byte value) throws IOException {
            try (FileChannel file = FileChannel.open(files.segment(segment), StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(new byte[] {value}), at);
            }
        }

        /** Records before the damaged frame are there, its own are not, and none reads as something else. */
        private void assertReported(RedexLog log, long segment, int damaged, String where) {
            byte[] good = bytes(segment);
            ByteBuffer frames = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
            int frame = 0;
            List<Integer> offsets = LogFiles.frameOffsets(good);
            while (offsets.get(frame + 1) <= damaged) {
                frame++;
            }
            int offset = offsets.get(frame);
            long from = frames.getLong(offset + FrameLayout.BASE_SEQUENCE_OFFSET);
            long to = from + frames.getInt(offset + FrameLayout.COUNT_OFFSET);
            boolean headDamaged = damaged < offset + FrameLayout.HEAD_BYTES;
            long segmentEnd = segment == 6 ? records.size() : segments.get(segments.indexOf(segment) + 1);
            for (int i = 0; i < records.size(); i++) {
                ReadResult found = log.read(i);
                boolean unreachable = headDamaged && i >= to && i < segmentEnd;
                if (found instanceof ReadResult.Corrupt corrupt) {
                    assertThat((i >= from && i < to) || unreachable)
                            .as(where + " record=" + i)
                            .isTrue();
                    assertThat(corrupt.reason()).as(where + " record=" + i).contains("file=" + files.segment(segment));
                    Matcher at = OFFSET.matcher(corrupt.reason());
                    assertThat(at.find()).isTrue();
                    assertThat(Integer.parseInt(at.group(1))) // a wrong length shows where it leads to
                            .as(where + " record=" + i)
                            .isBetween(offset, headDamaged ? good.length : offset);
                } else {
                    assertThat(i >= from && i < to).as(where + " record=" + i).isFalse();
                    assertThat(((ReadResult.Present) found).payload())
                            .as(where + " record=" + i)
                            .isEqualTo(utf8(records.get(i)).array());
                }
            }
            try (LogCursor cursor = log.cursor(0)) {
                assertThatExceptionOfType(CorruptLogException.class)
                        .as(where)
                        .isThrownBy(() -> cursor.read((sequence, stamp, payload) -> true, Integer.MAX_VALUE))
                        .withMessageContaining("offset=" + offset + ",");
                assertThat(cursor.position()).as(where).isEqualTo(from);
            }
        }

        private static boolean isIn(int at, int tip) {
            return at >= tip && at < tip + TipLayout.BYTES;
        }
    }

    // --- tips

    @Test
    void twoDamagedTipsAreRefused() throws IOException {
        append("first", LARGE, "last");
        for (long segment : files.segments()) {
            byte[] good = files.bytes(segment);
            byte[] bytes = good;
            for (int tip : SegmentLayout.TIP_OFFSETS) {
                bytes = flipped(bytes, tip + 10);
            }
            assertRefused(segment, bytes, SegmentLayout.TIP_OFFSETS[0], "field=tip");
            files.write(segment, good);
        }
    }

    /** Later segments were forced, so this one was, whatever its older tip says. */
    @Test
    void aSegmentWithoutItsNewerTipIsCompletedByScanningIt() throws Exception {
        files.append("first", "second");
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            LogFiles.append(log, "third", "fourth", LARGE, "last");
        }
        byte[] whole = files.bytes(0);
        List<Integer> frames = LogFiles.frameOffsets(whole);
        SegmentTip older = TipLayout.decode(
                ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN), LogFiles.tipOffset(whole, false));
        assertThat(older).isNotNull();
        byte[] damaged = flipped(whole, LogFiles.tipOffset(whole, true) + 20);
        files.write(0, damaged);

        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(payloads(log)).containsExactly("first", "second", "third", "fourth", LARGE, "last");
            assertThat(log.epoch()).isZero();
        }
        assertThat(LogFiles.tip(files.bytes(0)).isExact()).isTrue();
        assertThat(LogFiles.tip(files.bytes(0)).end()).isEqualTo((long) frames.get(4));
        Map<String, String> mended = files.content();
        files.reopen();
        assertThat(files.content()).isEqualTo(mended);
    }

    @Test
    void aSegmentWithoutItsNewerTipAndWithoutAllItsFramesIsRefused() throws Exception {
        files.append("first", "second");
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            LogFiles.append(log, "third");
            LogFiles.force(log);
            LogFiles.append(log, "fourth", "fifth", LARGE, "last");
        }
        byte[] whole = files.bytes(0);
        byte[] damaged = flipped(whole, LogFiles.tipOffset(whole, true) + 20);
        List<Integer> frames = LogFiles.frameOffsets(whole);
        long vouchedFor = LogFiles.tip(damaged).end();
        for (int frame = 0; frame < frames.size() - 1; frame++) {
            int at = frames.get(frame);
            if (at < vouchedFor && frames.get(frame + 1) < vouchedFor) {
                continue; // found when it is read
            }
            assertRefused(0, flipped(damaged, at + FrameLayout.HEAD_BYTES + 4), at, "field=");
            assertRefused(0, flipped(damaged, at + FrameLayout.BASE_SEQUENCE_OFFSET), at, "field=");
        }
        assertRefused(0, Arrays.copyOf(damaged, frames.get(4)), frames.get(4), "field=");
    }

    // --- files

    @Test
    void aFileShorterThanItsTipIsRefused() throws IOException {
        append("first", "second", LARGE, "last");
        for (long segment : files.segments()) {
            byte[] whole = files.bytes(segment);
            for (int size = whole.length - 1; size >= 0; size -= size > 5_000 ? 997 : size > 4_200 ? 1 : 31) {
                files.write(segment, Arrays.copyOf(whole, size));
                Map<String, String> before = files.content();
                assertThatExceptionOfType(CorruptLogException.class)
                        .as("size=%d", size)
                        .isThrownBy(files::reopen)
                        .withMessageContaining("file=" + files.segment(segment))
                        .withMessageContaining("offset=" + (size < SegmentLayout.HEAD_BYTES ? 0 : size) + ", field=");
                assertThat(files.content()).as("size=%d", size).isEqualTo(before);
            }
            files.write(segment, whole);
        }
    }

    /** No record can come from there: the next segment says where the records go on. */
    @Test
    void whatLiesBehindASealedSegmentIsNeverRead() throws IOException {
        append("first", LARGE, "last");
        byte[] sealed = files.bytes(0);
        byte[] longer = Arrays.copyOf(sealed, sealed.length + 200);
        Arrays.fill(longer, sealed.length, longer.length, (byte) 7);
        files.write(0, longer);
        Map<String, String> before = files.content();

        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("first", LARGE, "last");
        }
        assertThat(files.content()).isEqualTo(before);
    }

    @Test
    void aMissingSegmentIsRefused() throws IOException {
        append(LARGE, LARGE, LARGE, "last");
        Files.delete(files.segment(1));
        Map<String, String> before = files.content();

        assertThatExceptionOfType(CorruptLogException.class)
                .isThrownBy(files::reopen)
                .withMessageContaining("file=" + files.segment(1))
                .withMessageContaining(
                        "field=segment, expected=the one behind 00000000000000000000.log, found=00000000000000000002.log");
        assertThat(files.content()).isEqualTo(before);
    }

    /** Also when the log was not closed: what follows was forced. */
    @Test
    void aMissingSegmentBeforeOneThatWasForcedIsRefused() throws Exception {
        files.die(log -> {
            LogFiles.append(log, LARGE, LARGE, "x");
            LogFiles.force(log);
            LogFiles.append(log, "y");
        });
        Files.delete(files.segment(1));
        Map<String, String> before = files.content();

        assertThatExceptionOfType(CorruptLogException.class)
                .isThrownBy(files::reopen)
                .withMessageContaining("file=" + files.segment(1))
                .withMessageContaining(
                        "field=segment, expected=the one behind 00000000000000000000.log, found=00000000000000000002.log");
        assertThat(files.content()).isEqualTo(before);
    }

    @Test
    void aSegmentByAnotherNameIsRefused() throws IOException {
        append(LARGE, LARGE, "last");
        Files.move(files.segment(2), files.segment(3));
        assertThatExceptionOfType(CorruptLogException.class)
                .isThrownBy(files::reopen)
                .withMessageContaining("file=" + files.segment(3))
                .withMessageContaining("field=baseSequence, expected=3, found=2");
    }

    @Test
    void aSegmentOfAnotherLogIsRefused() throws IOException {
        append(LARGE, LARGE, "z");
        LogFiles other = new LogFiles(base.resolve("elsewhere"), mode);
        other.append(LARGE, LARGE, "z");
        files.write(1, other.bytes(1));

        assertThatExceptionOfType(CorruptLogException.class)
                .isThrownBy(files::reopen)
                .withMessageContaining("file=" + files.segment(1))
                .withMessageContaining("offset=" + SegmentLayout.LOG_ID_OFFSET + ", field=logId");
    }

    @Test
    void aFirstSegmentWithoutAHeadIsRefused() throws Exception {
        files.die(log -> LogFiles.append(log, "first"));
        for (byte[] bytes : List.of(new byte[0], new byte[100], new byte[5_000])) {
            files.write(0, bytes);
            assertThatExceptionOfType(CorruptLogException.class)
                    .isThrownBy(files::reopen)
                    .withMessageContaining("file=" + files.segment(0))
                    .withMessageContaining("offset=0, field=head");
            assertThat(files.bytes(0)).isEqualTo(bytes);
        }
    }

    @Test
    void aNewerVersionIsRefusedNamingBoth() throws IOException {
        append("first");
        byte[] bytes = files.bytes(0);
        ByteBuffer head = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(SegmentLayout.VERSION_OFFSET, 7);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, SegmentLayout.CRC_OFFSET);
        head.putInt(SegmentLayout.CRC_OFFSET, (int) crc.getValue());
        bytes[2_000] = 1; // a newer version may use it
        files.write(0, bytes);
        Map<String, String> before = files.content();

        assertThatExceptionOfType(UnsupportedFormatException.class)
                .isThrownBy(files::reopen)
                .withMessageContaining("version=7")
                .withMessageContaining("newestReadable=1");
        assertThat(files.content()).isEqualTo(before);
    }

    // --- while it is open

    @Test
    void damageWhileOpenIsReportedAndTheRestStaysReadable() throws IOException {
        append("first", "second", "third");
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            byte[] whole = files.bytes(0);
            List<Integer> frames = LogFiles.frameOffsets(whole);
            files.write(0, flipped(whole, frames.get(1) + FrameLayout.HEAD_BYTES + 5));

            assertThat(log.read(0)).isInstanceOf(ReadResult.Present.class);
            assertThat(log.read(1))
                    .isInstanceOfSatisfying(
                            ReadResult.Corrupt.class,
                            corrupt -> assertThat(corrupt.reason()).contains("offset=" + frames.get(1)));
            assertThat(log.read(2)).isInstanceOf(ReadResult.Present.class);
            try (LogCursor cursor = log.cursor(0)) {
                for (int i = 0; i < 2; i++) {
                    assertThatExceptionOfType(CorruptLogException.class)
                            .isThrownBy(() -> cursor.read((sequence, stamp, payload) -> true, 10));
                    assertThat(cursor.position()).isEqualTo(1);
                }
                cursor.seek(2);
                assertThat(cursor.read((sequence, stamp, payload) -> true, 10)).isEqualTo(1);
            }
        }
    }

    /** A write that the disk put in another frame's place: whole, of this log, and not what belongs there. */
    @Test
    void aWholeFrameInAnothersPlaceIsReported() throws IOException {
        append("first", "other", "third");
        byte[] bytes = files.bytes(0);
        List<Integer> frames = LogFiles.frameOffsets(bytes);
        System.arraycopy(bytes, frames.get(0), bytes, frames.get(1), frames.get(1) - frames.get(0));
        files.write(0, bytes);

        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(log.read(0)).isInstanceOf(ReadResult.Present.class);
            assertThat(log.read(1))
                    .isInstanceOfSatisfying(
                            ReadResult.Corrupt.class,
                            corrupt -> assertThat(corrupt.reason())
                                    .contains("offset=" + frames.get(1), "field=baseSequence"));
            assertThat(log.read(2)).isInstanceOf(ReadResult.Present.class);
        }
    }

    /** A frame whose head is damaged hides neither those behind it in its segment nor any that is appended later. */
    @Test
    void aDamagedFrameDoesNotKeepTheLogFromGoingOn() throws Exception {
        append("first", "second", "third", "fourth");
        byte[] whole = files.bytes(0);
        int damaged = LogFiles.frameOffsets(whole).get(1);
        files.write(0, flipped(whole, damaged + FrameLayout.LENGTH_OFFSET));
        for (int session = 0; session < 2; session++) {
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                long next = log.nextSequence();
                LogFiles.append(log, "later", LARGE, "last");
                LogFiles.force(log);
                assertThat(log.read(0)).isInstanceOf(ReadResult.Present.class);
                assertThat(log.read(1))
                        .isInstanceOfSatisfying(
                                ReadResult.Corrupt.class,
                                corrupt -> assertThat(corrupt.reason()).contains("offset=" + damaged));
                assertThat(log.read(2)).isInstanceOf(ReadResult.Present.class);
                assertThat(log.read(3)).isInstanceOf(ReadResult.Present.class);
                for (long sequence = next; sequence < next + 3; sequence++) {
                    assertThat(log.read(sequence)).isInstanceOf(ReadResult.Present.class);
                }
                assertThat(log.epoch()).isZero();
            }
        }
    }

    /** The checkpoint says nothing that the segments do not, as long as retention took none: each of its slots stands in for the other. */
    @Test
    void aCheckpointOfGarbageIsReadFromItsOtherSlotOrMadeAnewFromTheSegments() throws Exception {
        files.die(log -> LogFiles.append(log, "first", LARGE)); // so that opening writes the second slot
        append("third");
        Path checkpoint = files.directory.resolve(CheckpointFile.FILE_NAME);
        byte[] whole = Files.readAllBytes(checkpoint);
        byte[] garbage = new byte[CheckpointLayout.SLOT_BYTES];
        new Random(1).nextBytes(garbage);
        for (int slots = 0b01; slots <= 0b11; slots++) {
            byte[] damaged = whole.clone();
            for (int slot = 0; slot < 2; slot++) {
                if ((slots & 1 << slot) != 0) {
                    System.arraycopy(garbage, 0, damaged, slot * garbage.length, garbage.length);
                }
            }
            Files.write(checkpoint, damaged);
            for (int i = 0; i < 2; i++) {
                try (Redex redex = files.open()) {
                    RedexLog log = redex.log(LogFiles.NAME);
                    assertThat(payloads(log)).as("slots=%d", slots).containsExactly("first", LARGE, "third");
                    assertThat(log.epoch()).as("slots=%d", slots).isEqualTo(1);
                    if (i == 1) {
                        assertThat(log.recovery()).as("slots=%d", slots).isEmpty();
                    }
                }
            }
        }
    }

    /** Whatever garbage a file holds: opening and reading end in records, or in a typed exception and untouched files. */
    @Test
    void garbageNeverDoesWorse() throws IOException {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        append("first", "second", "third", "fourth");
        List<String> all = List.of("first", "second", "third", "fourth");
        Map<String, String> before = files.content();
        for (int round = 0; round < 300; round++) {
            files.restore(before);
            byte[] bytes = files.bytes(0);
            for (int i = random.nextInt(3); i >= 0; i--) {
                int start = random.nextInt(3) == 0 ? 0 : SegmentLayout.TIP_OFFSETS[0];
                start = random.nextBoolean() ? SegmentLayout.HEAD_BYTES : start;
                int from = start + random.nextInt(bytes.length - start);
                int to = from + random.nextInt(Math.min(64, bytes.length - from)) + 1;
                for (int at = from; at < Math.min(to, bytes.length); at++) {
                    bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : 0);
                }
            }
            files.write(0, bytes);
            Map<String, String> damaged = files.content();
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                for (int i = 0; i < all.size(); i++) {
                    if (log.read(i) instanceof ReadResult.Present present) {
                        assertThat(present.payload())
                                .as("seed=%d round=%d", seed, round)
                                .isEqualTo(utf8(all.get(i)).array());
                    }
                }
            } catch (CorruptLogException | UnsupportedFormatException e) {
                assertThat(files.content()).as("seed=%d round=%d", seed, round).isEqualTo(damaged);
            }
        }
    }

    // --- helpers

    private void append(String... payloads) {
        files.append(payloads);
    }

    private void assertRefused(long segment, byte[] bytes, long offset, String detail) throws IOException {
        files.write(segment, bytes);
        Map<String, String> before = files.content();
        assertThatExceptionOfType(CorruptLogException.class)
                .isThrownBy(files::reopen)
                .withMessageContaining("file=" + files.segment(segment))
                .withMessageContaining("offset=" + offset + ", " + detail);
        assertThat(files.content()).isEqualTo(before);
    }
}
