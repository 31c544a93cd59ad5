package io.netbus.redex;

import static io.netbus.redex.LogFiles.payloads;
import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What opening makes of files that a crash or a bad disk left. */
class RecoveryTests {

    private static final Logger REPORTS = Logger.getLogger(LogRecovery.class.getName());

    @TempDir
    private Path base;

    private LogFiles files;
    private final Reports reported = new Reports();

    @BeforeEach
    void setUp() {
        files = new LogFiles(base);
        REPORTS.setUseParentHandlers(false);
        REPORTS.addHandler(reported);
    }

    @AfterEach
    void tearDown() {
        REPORTS.removeHandler(reported);
        REPORTS.setUseParentHandlers(true);
    }

    // --- torn tails

    @Test
    void aTailCutAtAnyByteGoesToQuarantineAndRaisesTheEpoch() throws IOException {
        append("first", "second", "the last one");
        byte[] whole = files.bytes(0);
        Map<String, String> before = files.content();
        List<Integer> frames = LogFiles.frameOffsets(whole);
        int lastFrame = frames.get(2);

        for (int size = lastFrame + 1; size < whole.length; size++) {
            files.restore(before);
            files.write(0, Arrays.copyOf(whole, size));
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(payloads(log)).as("size=%d", size).containsExactly("first", "second");
                assertThat(log.epoch()).as("size=%d", size).isEqualTo(1);
                assertThat(log.epochStart()).isEqualTo(2);
                assertThat(log.nextSequence()).isEqualTo(2);
                assertThat(log.stats().quarantinedBytes()).isEqualTo(size - lastFrame);
                assertThat(log.append(utf8("anew"), 9)).isEqualTo(2);
            }
            assertThat(quarantine("00000000000000000000-epoch0-offset" + lastFrame + ".torn"))
                    .isEqualTo(Arrays.copyOfRange(whole, lastFrame, size));
            try (Redex redex = files.open()) {
                assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("first", "second", "anew");
                assertThat(redex.log(LogFiles.NAME).epoch()).isEqualTo(1);
                assertThat(redex.log(LogFiles.NAME).epochStart()).isEqualTo(2);
            }
        }
    }

    @Test
    void aTailCutBetweenFramesIsWhole() throws IOException {
        append("first", "second");
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, LogFiles.frameOffsets(whole).get(1)));

        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("first");
            assertThat(redex.log(LogFiles.NAME).epoch()).isZero();
        }
    }

    @Test
    void aFlipAnywhereInTheLastFrameIsATornTail() throws IOException {
        append("first", "second", "last");
        byte[] whole = files.bytes(0);
        Map<String, String> before = files.content();
        int lastFrame = LogFiles.frameOffsets(whole).get(2);

        for (int at = lastFrame; at < whole.length; at++) {
            files.restore(before);
            files.write(0, flipped(whole, at));
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(payloads(log)).as("at=%d", at).containsExactly("first", "second");
                assertThat(log.epoch()).as("at=%d", at).isEqualTo(1);
                assertThat(log.stats().quarantinedBytes()).isEqualTo(whole.length - lastFrame);
            }
        }
    }

    @Test
    void aTornTailIsReported() throws IOException {
        append("first", "torn");
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, whole.length - 1));
        reopen();

        assertThat(reported.messages)
                .singleElement()
                .asString()
                .contains(
                        "WARNING",
                        "log=orders",
                        "file=" + files.segment(0),
                        "offset=",
                        "bytes=",
                        "epoch=1",
                        "nextSequence=1");
    }

    @Test
    void aTornBatchIsDroppedWhole() throws IOException {
        append("first");
        try (Redex redex = files.open()) {
            redex.log(LogFiles.NAME)
                    .append(new RecordBatch(0).add(utf8("a")).add(utf8("b")).add(utf8("c")), 1);
        }
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, whole.length - 1));

        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("first");
        }
    }

    @Test
    void zerosAfterTheLastFrameAreATornTail() throws IOException {
        append("first");
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, whole.length + 4096));

        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(payloads(log)).containsExactly("first");
            assertThat(log.stats().quarantinedBytes()).isEqualTo(4096);
        }
        assertThat(files.bytes(0)).isEqualTo(whole);
    }

    @Test
    void aTornOnlyFrameMakesPlaceForTheNextEpoch() throws IOException {
        append("lost");
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, whole.length - 1));

        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(log.nextSequence()).isZero();
            assertThat(log.epoch()).isEqualTo(1);
            assertThat(log.append(utf8("anew"), 1)).isZero();
        }
        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("anew");
            assertThat(redex.log(LogFiles.NAME).epoch()).isEqualTo(1);
        }
    }

    @Test
    void eachLossRaisesTheEpochAndAllQuarantinesAreCounted() throws IOException {
        append("first");
        long quarantined = 0;
        for (int epoch = 1; epoch <= 4; epoch++) {
            append("torn");
            long last = lastSegment();
            byte[] whole = files.bytes(last);
            files.write(last, Arrays.copyOf(whole, whole.length - 3));
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(log.epoch()).isEqualTo(epoch);
                assertThat(log.epochStart()).isEqualTo(1);
                assertThat(payloads(log)).containsExactly("first");
                assertThat(log.stats().quarantinedBytes()).isGreaterThan(quarantined);
                quarantined = log.stats().quarantinedBytes();
            }
        }
    }

    @Test
    void theEpochGoesOnThroughFurtherSegments() throws IOException {
        append("first", "torn");
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, whole.length - 3));
        String large = "x".repeat(40_000);
        append(large, large, large);

        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(log.epoch()).isEqualTo(1);
            assertThat(log.epochStart()).isEqualTo(1);
            assertThat(log.stats().segments()).isEqualTo(4);
            assertThat(payloads(log)).containsExactly("first", large, large, large);
        }
    }

    @Test
    void stampsStayMonotoneOverATornTail() throws IOException {
        append("first"); // stamped 1
        try (Redex redex = files.open()) {
            redex.log(LogFiles.NAME).append(utf8("second"), 100);
            redex.log(LogFiles.NAME).append(utf8("torn"), 200);
        }
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, whole.length - 3));

        try (Redex redex = files.open()) {
            redex.log(LogFiles.NAME).append(utf8("anew"), 50);
            assertThat(((ReadResult.Present) redex.log(LogFiles.NAME).read(2)).timestampNanos())
                    .isEqualTo(100);
        }
    }

    // --- crashes while a segment is made, and while recovery itself runs

    @Test
    void aLastSegmentWithoutAWholeHeadIsMadeAnew() throws IOException {
        String large = "x".repeat(40_000);
        append(large, large);
        Map<String, String> before = files.content();
        byte[] whole = files.bytes(1);

        for (int size = 0; size < SegmentLayout.HEAD_BYTES; size++) {
            files.restore(before);
            files.write(1, Arrays.copyOf(whole, size));
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(payloads(log)).as("size=%d", size).containsExactly(large);
                assertThat(log.epoch()).isEqualTo(1);
                assertThat(log.epochStart()).isEqualTo(1);
                assertThat(log.stats().quarantinedBytes()).isEqualTo(size);
                assertThat(log.append(utf8("anew"), 1)).isEqualTo(1);
            }
        }
    }

    @Test
    void aFirstSegmentWithoutAWholeHeadIsMadeAnew() throws IOException {
        append();
        for (int size = 0; size < SegmentLayout.HEAD_BYTES; size++) {
            files.write(0, Arrays.copyOf(files.bytes(0), size));
            append("x");
            try (Redex redex = files.open()) {
                assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("x");
            }
        }
    }

    @Test
    void anUnfinishedFileIsRemoved() throws IOException {
        append("first");
        Files.write(files.directory.resolve("00000000000000000001.log.tmp"), new byte[10]);

        append("second");

        assertThat(files.content()).containsOnlyKeys("00000000000000000000.log");
    }

    /** Fails at every call that changes something, opens again, and must find the same as without a failure. */
    @Test
    void aCrashAtAnyStepOfRecoveryIsRecoveredFrom() throws IOException {
        append("first", "second", "torn");
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, whole.length - 3));
        crashAtEveryStep(List.of("first", "second"));
    }

    @Test
    void aCrashAtAnyStepOfReplacingATornSegmentIsRecoveredFrom() throws IOException {
        String large = "x".repeat(40_000);
        append(large, "torn" + large);
        byte[] whole = files.bytes(1);
        files.write(1, Arrays.copyOf(whole, whole.length - 3));
        crashAtEveryStep(List.of(large));
    }

    private void crashAtEveryStep(List<String> expected) throws IOException {
        Map<String, String> before = files.content();
        boolean failed = true;
        for (int failing = 1; failed; failing++) {
            files.restore(before);
            int[] calls = {0};
            int failAt = failing;
            FaultyStore store = new FaultyStore();
            failed = false;
            try (Redex redex = DiskRedex.open(base, LogFiles.CONFIG, store)) {
                store.onChange = path -> {
                    if (++calls[0] >= failAt) {
                        throw new IOException("crashed on purpose");
                    }
                };
                store.shortWriteBytes = 7;
                redex.log(LogFiles.NAME);
            } catch (UncheckedIOException e) {
                failed = true;
            }
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(payloads(log)).as("failing=%d", failing).isEqualTo(expected);
                assertThat(log.epoch()).as("failing=%d", failing).isEqualTo(1);
                assertThat(log.epochStart()).as("failing=%d", failing).isEqualTo(expected.size());
            }
            assertThat(files.content().keySet())
                    .as("failing=%d", failing)
                    .noneMatch(name -> name.endsWith(".tmp"))
                    .filteredOn(name -> name.endsWith(".torn"))
                    .hasSize(1);
        }
    }

    @Test
    void openingTwiceChangesNothing() throws IOException {
        String large = "x".repeat(40_000);
        append("first", large, large, "torn");
        byte[] whole = files.bytes(lastSegment());
        files.write(lastSegment(), Arrays.copyOf(whole, whole.length - 3));
        reopen();
        Map<String, String> once = files.content();
        reopen();

        assertThat(files.content()).isEqualTo(once);
    }

    // --- damage

    @Test
    void aFlipInAFrameThatOthersFollowIsDamage() throws IOException {
        append("first", "second", "third");
        byte[] whole = files.bytes(0);
        for (int at = 0; at < LogFiles.frameOffsets(whole).get(2); at++) {
            assertDamage(0, flipped(whole, at), at);
        }
    }

    @Test
    void aFlipAnywhereInASealedSegmentIsDamage() throws IOException {
        append("first", "second", "x".repeat(70_000));
        assertThat(lastSegment()).isEqualTo(2);
        byte[] sealed = files.bytes(0);
        for (int at = 0; at < sealed.length; at++) {
            assertDamage(0, flipped(sealed, at), at);
        }
    }

    @Test
    void aSealedSegmentThatIsShortOrLongIsDamage() throws IOException {
        append("first", "second", "x".repeat(70_000));
        byte[] sealed = files.bytes(0);
        for (int size = 0; size < sealed.length; size++) {
            assertDamage(0, Arrays.copyOf(sealed, size), size);
        }
        assertDamage(0, Arrays.copyOf(sealed, sealed.length + 8), sealed.length);
    }

    @Test
    void aMissingSegmentIsDamage() throws IOException {
        append("x".repeat(70_000), "y".repeat(70_000), "z".repeat(70_000));
        Files.delete(files.segment(1));

        assertThatExceptionOfType(CorruptLogException.class)
                .isThrownBy(this::reopen)
                .withMessageContaining("field=baseSequence, expected=1, found=2");
    }

    @Test
    void aSegmentOfAnotherLogIsDamage() throws IOException {
        append("x".repeat(70_000), "y".repeat(70_000), "z");
        byte[] mine = files.bytes(1);
        Files.delete(files.segment(0));
        Files.delete(files.segment(1));
        Files.delete(files.segment(2));
        append("x".repeat(70_000), "y".repeat(70_000), "z");
        files.write(1, mine);

        assertThatExceptionOfType(CorruptLogException.class)
                .isThrownBy(this::reopen)
                .withMessageContaining("field=logId");
    }

    @Test
    void theMessageNamesFileOffsetExpectedAndFound() throws IOException {
        append("first", "second");
        byte[] whole = files.bytes(0);
        files.write(0, flipped(whole, SegmentLayout.HEAD_BYTES + FrameLayout.HEAD_BYTES + 4));

        assertThatExceptionOfType(CorruptLogException.class)
                .isThrownBy(this::reopen)
                .withMessageContaining("file=" + files.segment(0))
                .withMessageContaining("offset=64, field=checksum, expected=")
                .withMessageContaining("found=");
    }

    /** The payload of the torn frame holds whole frames: of the same log, already known, and of another log. */
    @Test
    void framesInsideATornPayloadAreNotTakenForRecords() throws IOException {
        append("first");
        byte[] older = Arrays.copyOfRange(files.bytes(0), SegmentLayout.HEAD_BYTES, files.bytes(0).length);
        byte[] foreign;
        try (Redex other = Redex.onDisk(base.resolve("elsewhere"), LogFiles.CONFIG)) {
            for (int i = 0; i < 10; i++) {
                other.log(LogFiles.NAME).append(utf8("foreign"), 1);
            }
        }
        foreign = new LogFiles(base.resolve("elsewhere")).bytes(0);
        try (Redex redex = files.open()) {
            ByteBuffer payload = ByteBuffer.allocate(4 + older.length + foreign.length)
                    .put(new byte[4]) // so that the frames inside are aligned as real ones are
                    .put(older)
                    .put(foreign)
                    .flip();
            redex.log(LogFiles.NAME).append(payload, 1);
        }
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, whole.length - 1));

        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("first");
            assertThat(redex.log(LogFiles.NAME).epoch()).isEqualTo(1);
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
        files.write(0, bytes);
        Map<String, String> before = files.content();

        assertThatExceptionOfType(UnsupportedFormatException.class)
                .isThrownBy(this::reopen)
                .withMessageContaining("version=7")
                .withMessageContaining("newestReadable=1");
        assertThat(files.content()).isEqualTo(before);
    }

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
                assertThatExceptionOfType(CorruptLogException.class)
                        .isThrownBy(() -> cursor.read((sequence, stamp, payload) -> true, 10));
                assertThat(cursor.position()).isEqualTo(1);
                assertThatExceptionOfType(CorruptLogException.class)
                        .isThrownBy(() -> cursor.read((sequence, stamp, payload) -> true, 10));
                assertThat(cursor.position()).isEqualTo(1);
                cursor.seek(2);
                assertThat(cursor.read((sequence, stamp, payload) -> true, 10)).isEqualTo(1);
            }
        }
    }

    /** Whatever garbage a file holds, opening ends in records, or in a typed exception and an untouched file. */
    @Test
    void garbageNeverDoesWorse() throws IOException {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        append("first", "second", "third", "fourth");
        Map<String, String> before = files.content();
        for (int round = 0; round < 300; round++) {
            files.restore(before);
            byte[] bytes = files.bytes(0);
            for (int i = random.nextInt(3); i >= 0; i--) {
                int from = random.nextInt(bytes.length);
                int to = from + random.nextInt(Math.min(64, bytes.length - from)) + 1;
                for (int at = from; at < Math.min(to, bytes.length); at++) {
                    bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : 0);
                }
            }
            files.write(0, bytes);
            Map<String, String> damaged = files.content();
            try (Redex redex = files.open()) {
                List<String> found = payloads(redex.log(LogFiles.NAME));
                assertThat(found)
                        .as("seed=%d round=%d", seed, round)
                        .isEqualTo(List.of("first", "second", "third", "fourth").subList(0, found.size()));
            } catch (CorruptLogException e) {
                assertThat(files.content()).as("seed=%d round=%d", seed, round).isEqualTo(damaged);
            }
        }
    }

    // --- helpers

    private void append(String... payloads) {
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            for (String payload : payloads) {
                log.append(utf8(payload), 1);
            }
        }
    }

    private void reopen() {
        try (Redex redex = files.open()) {
            redex.log(LogFiles.NAME);
        }
    }

    private void assertDamage(long segment, byte[] bytes, int at) throws IOException {
        byte[] good = files.bytes(segment);
        files.write(segment, bytes);
        Map<String, String> before = files.content();
        assertThatExceptionOfType(CorruptLogException.class)
                .as("at=%d", at)
                .isThrownBy(this::reopen)
                .withMessageContaining("expected=");
        assertThat(files.content()).as("at=%d", at).isEqualTo(before);
        files.write(segment, good);
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] copy = bytes.clone();
        copy[at] ^= (byte) (1 << at % 8);
        return copy;
    }

    private long lastSegment() throws IOException {
        return files.content().keySet().stream()
                .mapToLong(SegmentLayout::baseSequence)
                .max()
                .orElseThrow();
    }

    private byte[] quarantine(String name) throws IOException {
        return Files.readAllBytes(files.directory.resolve("quarantine").resolve(name));
    }

    /** Keeps what recovery reports. */
    private static final class Reports extends Handler {

        private final List<String> messages = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord record) {
            messages.add(record.getLevel() + " " + record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
