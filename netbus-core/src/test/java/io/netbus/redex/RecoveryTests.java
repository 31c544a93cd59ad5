package io.netbus.redex;

import static io.netbus.redex.LogFiles.flipped;
import static io.netbus.redex.LogFiles.payloads;
import static io.netbus.redex.LogFiles.utf8;
import static io.netbus.redex.LogFiles.zeroed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What opening makes of files that a crash left. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class RecoveryTests {

    private static final Logger REPORTS = Logger.getLogger(LogRecovery.class.getName());
    private static final String LARGE = "x".repeat(40_000); // one to a segment

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path base;

    private LogFiles files;
    private final Reports reported = new Reports();

    @BeforeEach
    void setUp() {
        files = new LogFiles(base, mode);
        REPORTS.setUseParentHandlers(false);
        REPORTS.addHandler(reported);
    }

    @AfterEach
    void tearDown() {
        REPORTS.removeHandler(reported);
        REPORTS.setUseParentHandlers(true);
    }

    // --- whole records

    @Test
    void allThatADeadProcessAppendedIsThereUnderTheNextEpoch() throws Exception {
        for (int epoch = 1; epoch <= 3; epoch++) {
            files.die(log -> {
                LogFiles.append(log, "a", "b");
                LogFiles.force(log);
                LogFiles.append(log, "c");
            });
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(log.epoch()).isEqualTo(epoch);
                assertThat(log.epochStart()).isEqualTo(3L * epoch);
                assertThat(log.nextSequence()).isEqualTo(3L * epoch);
                assertThat(log.forcedSequence()).isEqualTo(3L * epoch);
                assertThat(log.stats().quarantinedBytes()).isZero();
                assertThat(payloads(log)).hasSize(3 * epoch).endsWith("a", "b", "c");
            }
        }
        assertThat(reported.messages).hasSize(3).allMatch(message -> message.startsWith("INFO"));
    }

    @Test
    void whatIsBehindTheTipIsWrittenAnewToASegmentThatStartsThere() throws Exception {
        files.die(log -> {
            LogFiles.append(log, "forced", "too");
            LogFiles.force(log);
            LogFiles.append(log, "behind", "the tip");
        });
        byte[] left = files.bytes(0);
        List<Integer> frames = LogFiles.frameOffsets(left);

        files.reopen();

        assertThat(files.segments()).containsExactly(0L, 2L);
        assertThat(files.bytes(0)).hasSize(frames.get(2));
        assertThat(Arrays.copyOfRange(files.bytes(2), SegmentLayout.HEAD_BYTES, files.bytes(2).length))
                .isEqualTo(Arrays.copyOfRange(left, frames.get(2), frames.get(4)));
        assertThat(reported.messages)
                .singleElement()
                .asString()
                .contains(
                        "INFO",
                        "log=orders",
                        "file=" + files.segment(2),
                        "bytes=" + (frames.get(4) - frames.get(2)),
                        "epoch=1",
                        "records=2",
                        "nextSequence=4");
    }

    @Test
    void manySegmentsBehindTheTipBecomeOne() throws Exception {
        files.append("closed");
        files.dieUnforced(log -> LogFiles.append(log, "a", LARGE, "b", LARGE, "c", LARGE, "d"));
        assertThat(files.segments()).containsExactly(0L, 4L, 6L);

        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(payloads(log)).containsExactly("closed", "a", LARGE, "b", LARGE, "c", LARGE, "d");
            assertThat(log.epoch()).isEqualTo(1);
            assertThat(log.epochStart()).isEqualTo(8);
            assertThat(files.segments()).containsExactly(0L, 1L);
            LogFiles.append(log, "anew", LARGE);
            assertThat(payloads(log)).endsWith("d", "anew", LARGE);
        }
        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).hasSize(10);
            assertThat(redex.log(LogFiles.NAME).epoch()).isEqualTo(1);
        }
    }

    @Test
    void aProcessThatDiedBeforeItAppendedLeavesAClosedLog() throws Exception {
        files.append("a");
        Map<String, String> before = files.content();
        files.die(log -> assertThat(payloads(log)).containsExactly("a"));

        try (Redex redex = files.open()) {
            assertThat(redex.log(LogFiles.NAME).epoch()).isZero();
        }
        assertThat(files.content()).isEqualTo(before);
    }

    /** The force of the first append is over, its record is not there: a crash may have taken it. */
    @Test
    void aProcessThatDiedInItsFirstAppendRaisesTheEpoch() throws Exception {
        files.append("a");
        files.die(log -> log.append(utf8("b"), 1));
        byte[] whole = files.bytes(0);
        files.write(0, zeroed(whole, LogFiles.frameOffsets(whole).get(1)));

        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("a");
            assertThat(redex.log(LogFiles.NAME).epoch()).isEqualTo(1);
            assertThat(redex.log(LogFiles.NAME).epochStart()).isEqualTo(1);
        }
    }

    @Test
    void theEpochGoesOnThroughFurtherSegments() throws Exception {
        files.die(log -> LogFiles.append(log, "first"));
        files.append(LARGE, LARGE, LARGE);

        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(log.epoch()).isEqualTo(1);
            assertThat(log.epochStart()).isEqualTo(1);
            assertThat(log.stats().segments()).isEqualTo(3);
            assertThat(payloads(log)).containsExactly("first", LARGE, LARGE, LARGE);
        }
    }

    /** The process dies at each call that changes something, while it writes, rolls, forces and seals. */
    @Test
    void aDeathAtAnyStepOfWritingKeepsEveryAppendedRecord() throws Exception {
        FaultyStore store = new FaultyStore();
        List<Map<String, String>> left = new ArrayList<>();
        List<Long> appended = new ArrayList<>();
        Object oneAtATime = new Object(); // the files must not change while they are copied
        try (Redex redex = files.open(store)) {
            RedexLog log = redex.log(LogFiles.NAME);
            store.onChange = path -> {
                synchronized (oneAtATime) {
                    appended.add(log.nextSequence());
                    left.add(files.content());
                }
            };
            for (int i = 0; i < 30; i++) {
                synchronized (oneAtATime) {
                    log.append(utf8(payload(i)), 1);
                }
                if (i % 3 == 0) {
                    LogFiles.force(log);
                }
            }
        }
        store.onChange = path -> {};
        assertThat(left).hasSizeGreaterThan(50);
        for (int step = 0; step < left.size(); step++) {
            files.restore(left.get(step));
            try (Redex redex = files.open()) {
                List<String> found = payloads(redex.log(LogFiles.NAME));
                assertThat(found).as("step=%d", step).hasSizeGreaterThanOrEqualTo(Math.toIntExact(appended.get(step)));
                for (int i = 0; i < found.size(); i++) {
                    assertThat(found.get(i)).as("step=%d record=%d", step, i).isEqualTo(payload(i));
                }
            }
            try (Redex redex = files.open()) {
                assertThat(redex.log(LogFiles.NAME).stats().quarantinedBytes())
                        .as("step=%d", step)
                        .isZero();
            }
        }
    }

    private static String payload(int i) {
        return i + "y".repeat(i * 997 % 30_000);
    }

    // --- torn tails

    @Test
    void aTailTornAtAnyByteGoesToQuarantine() throws Exception {
        files.die(log -> {
            LogFiles.append(log, "first", "second");
            LogFiles.force(log);
            LogFiles.append(log, "the last one");
        });
        byte[] whole = files.bytes(0);
        Map<String, String> before = files.content();
        List<Integer> frames = LogFiles.frameOffsets(whole);
        int lastFrame = frames.get(2);

        for (int size = lastFrame + 1; size < frames.get(3); size++) {
            for (byte[] torn : List.of(Arrays.copyOf(whole, size), zeroed(whole, size))) {
                files.restore(before);
                files.write(0, torn);
                int stray = size;
                while (torn[stray - 1] == 0) {
                    stray--;
                }
                try (Redex redex = files.open()) {
                    RedexLog log = redex.log(LogFiles.NAME);
                    assertThat(payloads(log)).as("size=%d", size).containsExactly("first", "second");
                    assertThat(log.epoch()).as("size=%d", size).isEqualTo(1);
                    assertThat(log.epochStart()).isEqualTo(2);
                    assertThat(log.nextSequence()).isEqualTo(2);
                    assertThat(log.stats().quarantinedBytes())
                            .as("size=%d", size)
                            .isEqualTo(stray - lastFrame);
                    assertThat(log.append(utf8("anew"), 9)).isEqualTo(2);
                }
                assertThat(files.quarantine("00000000000000000000-epoch0-offset" + lastFrame + ".torn"))
                        .as("size=%d", size)
                        .isEqualTo(Arrays.copyOfRange(whole, lastFrame, stray));
                try (Redex redex = files.open()) {
                    assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("first", "second", "anew");
                    assertThat(redex.log(LogFiles.NAME).epoch()).isEqualTo(1);
                    assertThat(redex.log(LogFiles.NAME).epochStart()).isEqualTo(2);
                }
            }
        }
    }

    @Test
    void aTailThatEndsBetweenFramesIsWhole() throws Exception {
        files.die(log -> LogFiles.append(log, "first", "second"));
        byte[] whole = files.bytes(0);
        for (byte[] cut : List.of(
                Arrays.copyOf(whole, LogFiles.frameOffsets(whole).get(1)),
                zeroed(whole, LogFiles.frameOffsets(whole).get(1)))) {
            files.write(0, cut);
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(payloads(log)).containsExactly("first");
                assertThat(log.epoch()).isEqualTo(1);
                assertThat(log.stats().quarantinedBytes()).isZero();
            }
        }
    }

    @Test
    void aFlipAnywhereInAFrameThatWasNeverForcedIsATornTail() throws Exception {
        files.die(log -> {
            LogFiles.append(log, "first", "second");
            LogFiles.force(log);
            LogFiles.append(log, "last");
        });
        byte[] whole = files.bytes(0);
        Map<String, String> before = files.content();
        int lastFrame = LogFiles.frameOffsets(whole).get(2);
        int end = LogFiles.frameOffsets(whole).get(3);

        for (int at = lastFrame; at < end; at++) {
            files.restore(before);
            files.write(0, flipped(whole, at));
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(payloads(log)).as("at=%d", at).containsExactly("first", "second");
                assertThat(log.epoch()).as("at=%d", at).isEqualTo(1);
                assertThat(log.stats().quarantinedBytes()).as("at=%d", at).isBetween(1L, (long) end - lastFrame);
            }
        }
    }

    /** What the tip vouches for was forced, so it is no torn tail, whatever happened since. */
    @Test
    void aFlipAnywhereInTheFrameForcedLastIsDamage() throws Exception {
        files.die(log -> {
            LogFiles.append(log, "first", "second");
            LogFiles.force(log);
            LogFiles.append(log, "last");
        });
        byte[] whole = files.bytes(0);
        List<Integer> frames = LogFiles.frameOffsets(whole);
        for (int at = frames.get(1); at < frames.get(2); at++) {
            files.write(0, flipped(whole, at));
            Map<String, String> before = files.content();
            assertThatExceptionOfType(CorruptLogException.class)
                    .as("at=%d", at)
                    .isThrownBy(files::reopen)
                    .withMessageContaining("file=" + files.segment(0))
                    .withMessageContaining("offset=" + frames.get(1) + ", field=")
                    .withMessageContaining("expected=");
            assertThat(files.content()).as("at=%d", at).isEqualTo(before);
        }
    }

    @Test
    void aTornTailIsReported() throws Exception {
        files.die(log -> LogFiles.append(log, "first", "torn"));
        byte[] whole = files.bytes(0);
        List<Integer> frames = LogFiles.frameOffsets(whole);
        files.write(0, Arrays.copyOf(whole, frames.get(2) - 4));
        files.reopen();

        assertThat(reported.messages).hasSize(2);
        assertThat(reported.messages.get(0))
                .contains(
                        "WARNING",
                        "torn tail moved to quarantine",
                        "log=orders",
                        "file=" + files.segment(0),
                        "offset=" + frames.get(1),
                        "bytes=",
                        "field=frameBytes")
                .doesNotContain("may be damage");
        assertThat(reported.messages.get(1)).contains("INFO", "log=orders", "epoch=1", "nextSequence=1");
    }

    /** From the file alone nobody can tell a frame that never arrived from one that was damaged later. */
    @Test
    void wholeFramesBehindATornOneAreReportedAsPossibleDamage() throws Exception {
        files.die(log -> LogFiles.append(log, "first", "torn", "third"));
        byte[] whole = files.bytes(0);
        files.write(0, flipped(whole, LogFiles.frameOffsets(whole).get(1) + FrameLayout.HEAD_BYTES + 5));

        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("first");
        }
        assertThat(reported.messages.get(0)).contains("WARNING", "whole frames follow in it", "may be damage");
        assertThat(files.quarantine(files.quarantine().get(0)))
                .startsWith(Arrays.copyOfRange(
                        flipped(whole, LogFiles.frameOffsets(whole).get(1) + FrameLayout.HEAD_BYTES + 5),
                        LogFiles.frameOffsets(whole).get(1),
                        LogFiles.frameOffsets(whole).get(2)));
    }

    @Test
    void aTornBatchIsDroppedWhole() throws Exception {
        files.append("first");
        files.die(log ->
                log.append(new RecordBatch(0).add(utf8("a")).add(utf8("b")).add(utf8("c")), 1));
        byte[] whole = files.bytes(0);
        List<Integer> frames = LogFiles.frameOffsets(whole);
        files.write(0, zeroed(whole, frames.get(frames.size() - 1) - 4));

        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("first");
        }
    }

    @Test
    void zerosBehindTheLastFrameAreNoTail() throws Exception {
        files.append("first");
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, whole.length + 4096));

        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(payloads(log)).containsExactly("first");
            assertThat(log.epoch()).isZero();
            assertThat(log.stats().quarantinedBytes()).isZero();
            log.append(utf8("second"), 1);
            assertThat(payloads(log)).containsExactly("first", "second");
        }
        assertThat(files.bytes(0)).hasSize(LogFiles.frameOffsets(files.bytes(0)).get(2));
    }

    @Test
    void otherBytesBehindTheEndOfAClosedLogAreQuarantined() throws Exception {
        files.append("first");
        byte[] whole = files.bytes(0);
        byte[] more = Arrays.copyOf(whole, whole.length + 4096);
        more[whole.length + 99] = 1;
        files.write(0, more);

        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(payloads(log)).containsExactly("first");
            assertThat(log.epoch()).isEqualTo(1);
            assertThat(log.stats().quarantinedBytes()).isEqualTo(100);
        }
        assertThat(files.bytes(0)).hasSameSizeAs(whole).endsWith(frames(whole));
    }

    @Test
    void aTornOnlyFrameMakesPlaceForTheNextEpoch() throws Exception {
        files.die(log -> LogFiles.append(log, "lost"));
        byte[] whole = files.bytes(0);
        files.write(0, Arrays.copyOf(whole, LogFiles.frameOffsets(whole).get(1) - 1));

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
    void eachLossRaisesTheEpochAndAllQuarantinesAreCounted() throws Exception {
        files.append("first");
        long quarantined = 0;
        for (int epoch = 1; epoch <= 4; epoch++) {
            files.die(log -> LogFiles.append(log, "torn"));
            long last = files.lastSegment();
            byte[] whole = files.bytes(last);
            List<Integer> frames = LogFiles.frameOffsets(whole);
            files.write(last, zeroed(whole, frames.get(frames.size() - 1) - 5));
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(log.epoch()).isEqualTo(epoch);
                assertThat(log.epochStart()).isEqualTo(1);
                assertThat(payloads(log)).containsExactly("first");
                assertThat(log.stats().quarantinedBytes()).isGreaterThan(quarantined);
                quarantined = log.stats().quarantinedBytes();
            }
            assertThat(files.quarantine()).hasSize(epoch);
        }
    }

    @Test
    void stampsStayMonotoneOverATornTail() throws Exception {
        files.append("first"); // stamped 1
        files.die(log -> {
            log.append(utf8("second"), 100);
            LogFiles.force(log);
            log.append(utf8("torn"), 200);
        });
        byte[] whole = files.bytes(0);
        files.write(0, zeroed(whole, LogFiles.frameOffsets(whole).get(2) + FrameLayout.HEAD_BYTES));

        try (Redex redex = files.open()) {
            redex.log(LogFiles.NAME).append(utf8("anew"), 50);
            assertThat(((ReadResult.Present) redex.log(LogFiles.NAME).read(2)).timestampNanos())
                    .isEqualTo(100);
        }
    }

    /** The payload of the torn frame holds whole frames: of the same log, already known, and of another log. */
    @Test
    void framesInsideATornPayloadAreNotTakenForRecords() throws Exception {
        files.append("first");
        byte[] older = Arrays.copyOfRange(files.bytes(0), SegmentLayout.HEAD_BYTES, files.bytes(0).length);
        LogFiles elsewhere = new LogFiles(base.resolve("elsewhere"), mode);
        elsewhere.append("foreign", "foreign", "foreign", "foreign", "foreign", "foreign");
        byte[] foreign = elsewhere.bytes(0);
        files.die(log -> {
            ByteBuffer payload = ByteBuffer.allocate(4 + older.length + foreign.length + 4)
                    .put(new byte[4]) // so that the frames inside are aligned as real ones are
                    .put(older)
                    .put(foreign)
                    .putInt(-1)
                    .flip();
            log.append(payload, 1);
        });
        byte[] whole = files.bytes(0);
        files.write(0, zeroed(whole, LogFiles.frameOffsets(whole).get(2) - 8));

        try (Redex redex = files.open()) {
            assertThat(payloads(redex.log(LogFiles.NAME))).containsExactly("first");
            assertThat(redex.log(LogFiles.NAME).epoch()).isEqualTo(1);
        }
        assertThat(reported.messages.get(0)).contains("WARNING").doesNotContain("may be damage");
    }

    // --- segments that were being made

    @Test
    void aLastSegmentWithoutAWholeHeadIsMadeAnew() throws Exception {
        files.dieUnforced(log -> LogFiles.append(log, LARGE, LARGE));
        Map<String, String> before = files.content();
        byte[] whole = files.bytes(1);
        List<byte[]> torn = new ArrayList<>();
        for (int size = 0; size < 64; size++) {
            torn.add(Arrays.copyOf(whole, size));
            torn.add(Arrays.copyOf(Arrays.copyOf(whole, size), whole.length));
        }
        torn.add(Arrays.copyOf(whole, SegmentLayout.HEAD_BYTES - 1));

        for (byte[] bytes : torn) {
            files.restore(before);
            files.write(1, bytes);
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(payloads(log)).containsExactly(LARGE);
                assertThat(log.epoch()).isEqualTo(1);
                assertThat(log.epochStart()).isEqualTo(1);
                assertThat(log.stats().quarantinedBytes()).isEqualTo(bytes.length);
                assertThat(log.append(utf8("anew"), 1)).isEqualTo(1);
            }
            assertThat(files.quarantine()).hasSize(1);
            assertThat(files.quarantine(files.quarantine().get(0))).isEqualTo(bytes);
        }
    }

    @Test
    void segmentsWithoutAHeadDoNotTakeEachOthersPlaceInQuarantine() throws Exception {
        files.dieUnforced(log -> LogFiles.append(log, LARGE));
        for (byte content = 1; content <= 2; content++) {
            files.write(1, new byte[] {content});
            files.reopen();
            files.dieUnforced(log -> LogFiles.append(log, LARGE)); // a segment for it is made
        }

        List<String> found = new ArrayList<>();
        for (String name : files.quarantine()) {
            found.add(Arrays.toString(files.quarantine(name)));
        }
        assertThat(found).containsExactlyInAnyOrder("[1]", "[2]");
    }

    @Test
    void anUnfinishedFileIsRemoved() throws Exception {
        files.append("first");
        Files.write(files.directory.resolve("00000000000000000001.log.tmp"), new byte[10]);

        files.append("second");

        assertThat(files.content()).containsOnlyKeys("00000000000000000000.log", "checkpoint");
    }

    // --- crashes while recovery itself runs

    @Test
    void aCrashAtAnyStepOfRecoveryIsRecoveredFrom() throws Exception {
        files.die(log -> {
            LogFiles.append(log, "first", "second");
            LogFiles.force(log);
            LogFiles.append(log, "third");
        });
        crashAtEveryStep("first", "second", "third");
    }

    @Test
    void aCrashAtAnyStepOfQuarantiningIsRecoveredFrom() throws Exception {
        files.die(log -> LogFiles.append(log, "first", "second", "torn"));
        byte[] whole = files.bytes(0);
        files.write(0, zeroed(whole, LogFiles.frameOffsets(whole).get(3) - 4));
        crashAtEveryStep("first", "second");
    }

    @Test
    void aCrashAtAnyStepOfCopyingManySegmentsIsRecoveredFrom() throws Exception {
        files.append("closed");
        files.dieUnforced(log -> LogFiles.append(log, "a", LARGE, LARGE, LARGE));
        assertThat(files.segments()).hasSize(3);
        crashAtEveryStep("closed", "a", LARGE, LARGE, LARGE);
    }

    /** The fresh segment takes the place of the first one, by its name. */
    @Test
    void aCrashAtAnyStepOfReplacingASegmentIsRecoveredFrom() throws Exception {
        files.dieUnforced(log -> LogFiles.append(log, LARGE, LARGE, LARGE));
        assertThat(files.segments()).hasSize(3);
        crashAtEveryStep(LARGE, LARGE, LARGE);
    }

    @Test
    void aCrashAtAnyStepWithSegmentsBeyondAGapIsRecoveredFrom() throws Exception {
        files.append("closed");
        files.dieUnforced(log -> LogFiles.append(log, LARGE, LARGE, LARGE));
        files.write(2, flipped(files.bytes(2), 30_000));
        crashAtEveryStep("closed", LARGE);
        assertThat(files.quarantine()).hasSize(2);
    }

    @Test
    void aCrashAtAnyStepWithAHeadlessSegmentIsRecoveredFrom() throws Exception {
        files.append("closed");
        files.dieUnforced(log -> LogFiles.append(log, LARGE, LARGE));
        files.write(2, new byte[100]);
        crashAtEveryStep("closed", LARGE);
        assertThat(files.quarantine()).hasSize(1);
    }

    /**
     * Fails at every call that changes something and at all that follow, opens again, and must find the same files as
     * without a failure.
     */
    private void crashAtEveryStep(String... expected) throws IOException {
        Map<String, String> before = files.content();
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(payloads(log)).containsExactly(expected);
            assertThat(log.epoch()).isEqualTo(1);
            assertThat(log.epochStart()).isEqualTo(expected.length);
        }
        Map<String, String> once = files.content();
        files.reopen();
        assertThat(files.content()).as("opening twice").isEqualTo(once);
        Map<String, String> after = records();
        int steps = 0;
        for (int failing = 1; crash(before, failing); failing++) {
            for (int again = 1; again <= 3; again++) { // recovery of a recovery, of a recovery
                Map<String, String> left = files.content();
                files.reopen();
                assertThat(records()).as("failing=%d", failing).isEqualTo(after);
                crash(left, again);
            }
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(payloads(log)).as("failing=%d", failing).containsExactly(expected);
                assertThat(log.epoch()).as("failing=%d", failing).isEqualTo(1);
                assertThat(log.epochStart()).as("failing=%d", failing).isEqualTo(expected.length);
            }
            assertThat(records()).as("failing=%d", failing).isEqualTo(after);
            steps = failing;
        }
        assertThat(steps).isGreaterThan(4);
    }

    private static byte[] frames(byte[] segment) {
        return Arrays.copyOfRange(segment, SegmentLayout.HEAD_BYTES, segment.length);
    }

    /** Content without what lies behind an exact tip: bytes that are superseded, and need not be cut. */
    private Map<String, String> records() throws IOException {
        Map<String, String> content = files.content();
        content.replaceAll((name, bytes) -> {
            if (SegmentLayout.baseSequence(name) < 0) {
                return bytes;
            }
            SegmentTip tip = LogFiles.tip(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return tip.isExact() ? bytes.substring(0, (int) tip.end()) : bytes;
        });
        return content;
    }

    /** Opens those files with a store that fails from a call on; returns whether it came to that. */
    private boolean crash(Map<String, String> before, int failing) throws IOException {
        files.restore(before);
        int[] calls = {0};
        FaultyStore store = new FaultyStore();
        try (Redex redex = files.open(store)) {
            store.onChange = path -> {
                if (++calls[0] >= failing) {
                    throw new IOException("crashed on purpose");
                }
            };
            store.shortWriteBytes = 7;
            redex.log(LogFiles.NAME);
        } catch (UncheckedIOException e) {
            return true;
        }
        return false;
    }

    /** The copy's name must be forced before what it was made from goes; so also by who finds both after a crash. */
    @Test
    void nothingIsDeletedOrCutBeforeTheNameOfItsCopyIsForced() throws Exception {
        files.append("closed");
        files.dieUnforced(log -> LogFiles.append(log, "a", LARGE, LARGE, LARGE));
        Map<String, String> before = files.content();
        for (int failing = 1; crash(before, failing); failing++) {
            FaultyStore store = new FaultyStore();
            try (Redex redex = files.open(store)) {
                redex.log(LogFiles.NAME);
            }
            List<String> calls = new ArrayList<>(store.calls);
            calls.removeIf(call -> call.endsWith(".tmp"));
            int forced = calls.indexOf("forceDirectory orders.redex");
            assertThat(calls.subList(0, Math.max(0, forced)))
                    .as("failing=%d: %s", failing, store.calls)
                    .noneMatch(call -> call.startsWith("delete") || call.startsWith("truncate"));
            if (forced < 0) {
                assertThat(calls)
                        .as("failing=%d", failing)
                        .noneMatch(call -> call.startsWith("delete") || call.startsWith("truncate"));
            }
        }
    }

    /** Whatever a crash tears, in whatever order: opening ends in a prefix of the records, all forced ones in it. */
    @Test
    void anyTearingBehindTheTipLeavesAPrefixWithAllForcedRecords() throws Exception {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> all = new ArrayList<>(List.of("closed"));
        files.append("closed");
        files.dieUnforced(log -> {
            for (int i = 0; i < 60; i++) {
                all.add("record " + i + "z".repeat(i % 3 * 1_000));
            }
            LogFiles.append(log, all.subList(1, all.size()).toArray(String[]::new));
        });
        Map<String, String> before = files.content();
        List<Long> segments = files.segments();
        for (int round = 0; round < 200; round++) {
            files.restore(before);
            String where = "seed=" + seed + " round=" + round;
            for (long segment : segments) {
                if (random.nextInt(3) == 0) {
                    continue;
                }
                byte[] bytes = files.bytes(segment);
                int from = segment == 0 ? LogFiles.frameOffsets(bytes).get(1) : SegmentLayout.HEAD_BYTES;
                for (int sector = from / 512; sector < bytes.length / 512; sector++) {
                    if (random.nextInt(100) == 0) {
                        int start = Math.max(from, sector * 512);
                        Arrays.fill(bytes, start, (sector + 1) * 512, (byte) 0);
                    }
                }
                files.write(segment, bytes);
            }
            try (Redex redex = files.open()) {
                RedexLog log = redex.log(LogFiles.NAME);
                List<String> found = payloads(log);
                assertThat(found).as(where).isNotEmpty().isEqualTo(all.subList(0, found.size()));
                assertThat(log.epoch()).as(where).isEqualTo(1);
                LogFiles.append(log, "anew");
                assertThat(payloads(log)).as(where).hasSize(found.size() + 1).endsWith("anew");
            }
        }
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
