package io.netbus.test.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.redex.LogClosedException;
import io.netbus.redex.LogCursor;
import io.netbus.redex.PayloadTooLargeException;
import io.netbus.redex.ReadResult;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The promises of {@link Redex} that hold wherever its records are. Random tests name their seed when they fail. */
public abstract class RedexContract {

    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int MAX_PAYLOAD_BYTES = 256 * 1024;
    private static final int ROUNDS = Boolean.getBoolean("netbus.torture") ? 400 : 8;
    private static final long TIMEOUT_SECONDS = 60;

    private Redex redex;
    private RedexLog log;

    /** For subclasses. */
    protected RedexContract() {}

    /** Opens a set of logs that is empty the first time a test asks. */
    protected abstract Redex open(RedexConfig config) throws Exception;

    @BeforeEach
    void openLog() throws Exception {
        redex = open(RedexConfig.defaults().withSegmentBytes(SEGMENT_BYTES).withMaxPayloadBytes(MAX_PAYLOAD_BYTES));
        log = redex.log("orders");
    }

    @AfterEach
    void closeRedex() {
        redex.close();
    }

    // --- appending

    @Test
    void aNewLogIsEmptyAndStartsAtZero() {
        assertThat(log.firstSequence()).isZero();
        assertThat(log.nextSequence()).isZero();
        assertThat(log.forcedSequence()).isZero();
        assertThat(log.epoch()).isZero();
        assertThat(log.epochStart()).isZero();
        assertThat(log.name()).isEqualTo("orders");
    }

    @Test
    void recordsAreNumberedWithoutGapsAndReadBack() {
        assertThat(log.append(utf8("first"), 10)).isEqualTo(0);
        assertThat(log.append(utf8("second"), 20)).isEqualTo(1);
        assertThat(log.append(batch("third", "fourth"), 30)).isEqualTo(2);
        assertThat(log.append(utf8("fifth"), 40)).isEqualTo(4);

        assertThat(log.nextSequence()).isEqualTo(5);
        assertThat(all()).containsExactly("0@10 first", "1@20 second", "2@30 third", "3@30 fourth", "4@40 fifth");
        assertPresent(1, 20, "second");
        assertPresent(3, 30, "fourth");
    }

    @Test
    void appendTakesFromPositionToLimitAndLeavesTheBufferAsItWas() {
        ByteBuffer payload = utf8("[payload]").position(1).limit(8).order(ByteOrder.LITTLE_ENDIAN);

        log.append(payload, 1);

        assertThat(payload.position()).isEqualTo(1);
        assertThat(payload.limit()).isEqualTo(8);
        assertPresent(0, 1, "payload");
    }

    @Test
    void appendTakesDirectAndReadOnlyBuffersAndSlices() {
        ByteBuffer direct = ByteBuffer.allocateDirect(6)
                .put("direct".getBytes(StandardCharsets.UTF_8))
                .flip();
        log.append(direct, 1);
        log.append(utf8("read-only").asReadOnlyBuffer(), 1);
        log.append(utf8("a slice").slice(2, 5), 1);
        log.append(new RecordBatch(0).add(direct).add(utf8("a slice").slice(2, 5)), 1);

        assertThat(all()).containsExactly("0@1 direct", "1@1 read-only", "2@1 slice", "3@1 direct", "4@1 slice");
    }

    @Test
    void appendCopies() {
        byte[] bytes = "before".getBytes(StandardCharsets.UTF_8);
        RecordBatch batch = new RecordBatch(16).add(bytes);
        log.append(ByteBuffer.wrap(bytes), 1);
        log.append(batch, 1);

        Arrays.fill(bytes, (byte) 'x');
        batch.clear();
        batch.add(bytes);

        assertThat(all()).containsExactly("0@1 before", "1@1 before");
    }

    @Test
    void emptyPayloadsAreRecords() {
        log.append(utf8(""), 1);
        log.append(batch("", "", "x", ""), 2);
        log.append(utf8(""), 3);

        assertThat(all()).containsExactly("0@1 ", "1@2 ", "2@2 ", "3@2 x", "4@2 ", "5@3 ");
        assertPresent(5, 3, "");
    }

    @Test
    void anEmptyBatchWritesNothing() {
        log.append(utf8("first"), 1);

        assertThat(log.append(new RecordBatch(0), 2)).isEqualTo(1);

        assertThat(log.nextSequence()).isEqualTo(1);
    }

    @Test
    void theLargestPayloadFitsAndOneByteMoreIsRefused() {
        byte[] largest = new byte[MAX_PAYLOAD_BYTES];
        new Random(1).nextBytes(largest);
        log.append(ByteBuffer.wrap(largest), 1);

        assertThatExceptionOfType(PayloadTooLargeException.class)
                .isThrownBy(() -> log.append(ByteBuffer.allocate(MAX_PAYLOAD_BYTES + 1), 2))
                .withMessageContaining("payloadBytes=" + (MAX_PAYLOAD_BYTES + 1))
                .withMessageContaining("maxPayloadBytes=" + MAX_PAYLOAD_BYTES);
        assertThatExceptionOfType(PayloadTooLargeException.class)
                .isThrownBy(() -> log.append(batch("fits").add(new byte[MAX_PAYLOAD_BYTES + 1]), 2));

        assertThat(log.nextSequence()).isEqualTo(1);
        assertThat(log.append(utf8("next"), 2)).isEqualTo(1);
        assertThat(((ReadResult.Present) log.read(0)).payload()).isEqualTo(largest);
    }

    @Test
    void aBatchMayBeLargerThanAnything() {
        RecordBatch batch = new RecordBatch(0);
        for (int i = 0; i < 5; i++) {
            batch.add(new byte[MAX_PAYLOAD_BYTES]);
        }
        log.append(utf8("before"), 1);
        assertThat(log.append(batch, 2)).isEqualTo(1);
        log.append(utf8("after"), 3);

        assertPresent(6, 3, "after");
        assertThat(((ReadResult.Present) log.read(5)).payload()).hasSize(MAX_PAYLOAD_BYTES);
        assertThat(all()).hasSize(7);
    }

    @Test
    void aWrappedBatchIsAppendedAndAMalformedOneRefused() {
        ByteBuffer encoded = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        encoded.putInt(2).put(utf8("ab")).putInt(0).putInt(1).put(utf8("c"));
        assertThat(log.append(RecordBatch.wrap(encoded, 3), 1)).isZero();

        assertThatIllegalArgumentException().isThrownBy(() -> log.append(RecordBatch.wrap(encoded, 2), 1));
        assertThatIllegalArgumentException().isThrownBy(() -> log.append(RecordBatch.wrap(encoded, 4), 1));
        assertThatIllegalArgumentException().isThrownBy(() -> log.append(RecordBatch.wrap(encoded, 0), 1));
        encoded.putInt(0, -1);
        assertThatIllegalArgumentException().isThrownBy(() -> log.append(RecordBatch.wrap(encoded, 3), 1));

        assertThat(all()).containsExactly("0@1 ab", "1@1 ", "2@1 c");
    }

    @Test
    void stampsNeverFallAlsoNotAfterOpeningAgain() {
        log.append(utf8("a"), 100);
        log.append(utf8("b"), 50);
        log.append(batch("c", "d"), 200);
        reopenLog();
        log.append(utf8("e"), 150);
        log.append(utf8("f"), 250);

        assertThat(all()).containsExactly("0@100 a", "1@100 b", "2@200 c", "3@200 d", "4@200 e", "5@250 f");
    }

    @Test
    void stampsMayLieBefore1970() {
        log.append(utf8("a"), -5);
        log.append(utf8("b"), -3);

        assertThat(all()).containsExactly("0@-5 a", "1@-3 b");
    }

    @Test
    void hintsComeAfterTheRecordCanBeReadUntilTheyAreClosed() {
        List<String> seen = new ArrayList<>();
        RedexLog.Registration registration = log.onAppend(() -> seen.add("next=" + log.nextSequence()));

        log.append(utf8("a"), 1);
        log.append(batch("b", "c"), 1);
        registration.close();
        registration.close();
        log.append(utf8("d"), 1);

        assertThat(seen).containsExactly("next=1", "next=3");
    }

    @Test
    void aHintThatThrowsHurtsNobody() {
        AtomicInteger calls = new AtomicInteger();
        log.onAppend(() -> {
            throw new IllegalStateException("from a hint, on purpose");
        });
        log.onAppend(calls::incrementAndGet);

        assertThat(log.append(utf8("a"), 1)).isZero();
        assertThat(log.append(utf8("b"), 1)).isEqualTo(1);

        assertThat(calls).hasValue(2);
    }

    // --- reading

    @Test
    void aReadEndsWithTheRecordThatUsesUpItsBudget() {
        for (int bytes : new int[] {100, 0, 0, 1000, 50, 0}) {
            log.append(ByteBuffer.allocate(bytes), 1);
        }
        int cost = LogCursor.RECORD_COST_BYTES;
        try (LogCursor cursor = log.cursor(0)) {
            LogCursor.RecordReader any = (sequence, stamp, payload) -> true;
            assertThat(cursor.read(any, 10, 1)).as("at least one").isEqualTo(1);
            assertThat(cursor.read(any, 10, 2L * cost))
                    .as("empty ones cost too")
                    .isEqualTo(2);
            assertThat(cursor.read(any, 10, 1000)).isEqualTo(1);
            assertThat(cursor.read(any, 1, Long.MAX_VALUE)).isEqualTo(1);
            assertThat(cursor.read((sequence, stamp, payload) -> false, 10, Long.MAX_VALUE))
                    .isEqualTo(1);
            assertThat(cursor.read(any, 10, Long.MAX_VALUE)).isZero();
            assertThat(cursor.position()).isEqualTo(6);
        }
    }

    @Test
    void sequencesOutsideTheLogAreAbsent() {
        log.append(utf8("a"), 1);

        assertThat(log.read(1)).isEqualTo(new ReadResult.Absent(1, 0, 1));
        assertThat(log.read(-1)).isEqualTo(new ReadResult.Absent(-1, 0, 1));
        assertThat(log.read(Long.MAX_VALUE)).isEqualTo(new ReadResult.Absent(Long.MAX_VALUE, 0, 1));
    }

    @Test
    void aCursorStopsWhereItIsToldAndGoesOnFromThere() {
        log.append(batch("a", "b", "c"), 1);
        log.append(batch("d", "e"), 2);
        List<String> seen = new ArrayList<>();

        try (LogCursor cursor = log.cursor(0)) {
            assertThat(cursor.read(collect(seen), 2)).isEqualTo(2);
            assertThat(cursor.position()).isEqualTo(2);
            assertThat(cursor.read(collect(seen), 0)).isZero();
            assertThat(cursor.read(collect(seen), 2)).isEqualTo(2);
            assertThat(cursor.read(collect(seen), 100)).isEqualTo(1);
            assertThat(cursor.read(collect(seen), 100)).isZero();
            assertThat(cursor.position()).isEqualTo(5);
        }

        assertThat(seen).containsExactly("0@1 a", "1@1 b", "2@1 c", "3@2 d", "4@2 e");
    }

    @Test
    void aRecordCountsAsReadWhateverTheReaderReturns() {
        log.append(batch("a", "b", "c"), 1);

        try (LogCursor cursor = log.cursor(0)) {
            assertThat(cursor.read((sequence, stamp, payload) -> sequence < 1, 10))
                    .isEqualTo(2);
            assertThat(cursor.position()).isEqualTo(2);
        }
    }

    @Test
    void aReaderThatThrowsGetsTheSameRecordAgain() {
        log.append(batch("a", "b", "c"), 1);
        List<String> seen = new ArrayList<>();

        try (LogCursor cursor = log.cursor(0)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> cursor.read(
                            (sequence, stamp, payload) -> {
                                if (sequence == 1) {
                                    throw new IllegalStateException("from a reader, on purpose");
                                }
                                return true;
                            },
                            10));
            assertThat(cursor.position()).isEqualTo(1);
            cursor.read(collect(seen), 10);
        }

        assertThat(seen).containsExactly("1@1 b", "2@1 c");
    }

    @Test
    void aReaderMustNotUseItsCursor() {
        log.append(batch("a", "b"), 1);

        try (LogCursor cursor = log.cursor(0)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> cursor.read(
                            (sequence, stamp, payload) -> {
                                cursor.seek(0);
                                return true;
                            },
                            10));
            assertThatIllegalStateException()
                    .isThrownBy(() ->
                            cursor.read((sequence, stamp, payload) -> cursor.read((s, t, p) -> true, 1) > 0, 10));
            assertThat(cursor.position()).isZero();
        }
    }

    @Test
    void aReaderMayCloseItsCursor() {
        log.append(batch("a", "b"), 1);
        LogCursor cursor = log.cursor(0);

        int count = cursor.read(
                (sequence, stamp, payload) -> {
                    cursor.close();
                    return true;
                },
                10);

        assertThat(count).isEqualTo(1);
        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> cursor.read((s, t, p) -> true, 1));
    }

    @Test
    void payloadsAreHandedOverReadOnlyAndWhateverIsDoneToThemStaysThere() {
        log.append(batch("one", "two"), 1);
        log.append(batch("three"), 1);
        List<String> seen = new ArrayList<>();

        try (LogCursor cursor = log.cursor(0)) {
            cursor.read(
                    (sequence, stamp, payload) -> {
                        assertThat(payload.isReadOnly()).isTrue();
                        assertThat(payload.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
                        seen.add(text(payload));
                        payload.order(ByteOrder.LITTLE_ENDIAN)
                                .position(payload.limit())
                                .limit(payload.limit());
                        return true;
                    },
                    10);
        }

        assertThat(seen).containsExactly("one", "two", "three");
    }

    @Test
    void aCursorSeesLaterAppendsAlsoFromBeyondTheEnd() {
        List<String> seen = new ArrayList<>();
        try (LogCursor tail = log.cursor(0);
                LogCursor beyond = log.cursor(2)) {
            assertThat(tail.read(collect(seen), 10)).isZero();
            log.append(utf8("a"), 1);
            assertThat(tail.read(collect(seen), 10)).isEqualTo(1);
            log.append(utf8("b"), 2);
            assertThat(tail.read(collect(seen), 10)).isEqualTo(1);
            assertThat(beyond.read(collect(seen), 10)).isZero();
            assertThat(beyond.position()).isEqualTo(2);
            log.append(utf8("c"), 3);
            assertThat(beyond.read(collect(seen), 10)).isEqualTo(1);
        }

        assertThat(seen).containsExactly("0@1 a", "1@2 b", "2@3 c");
    }

    @Test
    void aTailFollowsThroughManySegments() {
        byte[] payload = new byte[10_000];
        try (LogCursor tail = log.cursor(0)) {
            for (int i = 0; i < 100; i++) {
                payload[0] = (byte) i;
                log.append(ByteBuffer.wrap(payload), i);
                int expected = i;
                int count = tail.read(
                        (sequence, stamp, bytes) -> {
                            assertThat(sequence).isEqualTo(expected);
                            assertThat(bytes.get(bytes.position())).isEqualTo((byte) expected);
                            return true;
                        },
                        10);
                assertThat(count).isEqualTo(1);
            }
        }
    }

    @Test
    void aCursorSeeksAnywhere() {
        for (int i = 0; i < 3_000; i++) {
            log.append(utf8("record " + i), i);
        }
        List<String> seen = new ArrayList<>();

        try (LogCursor cursor = log.cursor(2_999)) {
            cursor.read(collect(seen), 1);
            cursor.seek(0);
            cursor.read(collect(seen), 1);
            cursor.seek(1_500);
            cursor.read(collect(seen), 1);
            cursor.seek(1_400);
            cursor.read(collect(seen), 1);
            cursor.seek(5_000);
            assertThat(cursor.read(collect(seen), 1)).isZero();
            assertThat(cursor.position()).isEqualTo(5_000);
        }

        assertThat(seen)
                .containsExactly(
                        "2999@2999 record 2999", "0@0 record 0", "1500@1500 record 1500", "1400@1400 record 1400");
    }

    @Test
    void negativeSequencesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> log.cursor(-1));
        try (LogCursor cursor = log.cursor(0)) {
            assertThatIllegalArgumentException().isThrownBy(() -> cursor.seek(-1));
        }
    }

    // --- forcing

    @Test
    void aForceThatWasAskedForComes() throws Exception {
        log.append(batch("a", "b"), 1);

        await(log.whenForced(2).toCompletableFuture());

        assertThat(log.forcedSequence()).isEqualTo(2);
    }

    @Test
    void whatIsForcedIsAnsweredAtOnce() throws Exception {
        assertThat(log.whenForced(0).toCompletableFuture()).isCompleted();
        log.append(utf8("a"), 1);
        await(log.whenForced(1).toCompletableFuture());

        assertThat(log.whenForced(1).toCompletableFuture()).isCompleted();
    }

    @Test
    void aForceBeyondTheEndIsRefused() {
        log.append(utf8("a"), 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> log.whenForced(2))
                .withMessageContaining("nextSequence=1");
    }

    @Test
    void closingForcesAndAnswersThoseWhoWait() throws Exception {
        log.append(utf8("a"), 1);
        CompletableFuture<Void> forced = log.whenForced(1).toCompletableFuture();

        log.close();

        await(forced);
        assertThat(log.forcedSequence()).isEqualTo(1);
    }

    // --- names and life

    @Test
    void aNameGivesTheSameLogWhileItIsOpen() {
        assertThat(redex.log("orders")).isSameAs(log);
        assertThat(redex.logs()).containsExactly(log);

        log.close();

        assertThat(redex.logs()).isEmpty();
        assertThat(redex.log("orders")).isNotSameAs(log);
    }

    @Test
    void namesListsAllLogsOpenOrNotInOrder() {
        redex.log("zebra").close();
        redex.log("a/b").close();
        redex.log("a.b-c_d/0");

        assertThat(redex.names()).containsExactly("a.b-c_d/0", "a/b", "orders", "zebra");
        assertThat(redex.logs()).extracting(RedexLog::name).containsExactly("a.b-c_d/0", "orders");
    }

    @Test
    void logsOfRelatedNamesNeverMeet() {
        List<String> names = List.of(
                "a",
                "a/b",
                "a/v2",
                "a/b/c",
                "a.b",
                "a-b",
                "a_b",
                "a/.b",
                "ab",
                "lock",
                "quarantine",
                "a/quarantine",
                "00000000000000000000.log",
                "a/00000000000000000000.log",
                "a.redex",
                "con",
                "nul.1",
                "aux.redex/a",
                "a".repeat(200),
                "a".repeat(201),
                "a".repeat(254) + "b",
                "a".repeat(255));
        for (String name : names) {
            redex.log(name).append(utf8(name), 1);
        }
        for (String name : names) {
            redex.log(name).close();
        }
        for (String name : names) {
            try (RedexLog one = redex.log(name)) {
                assertThat(one.nextSequence()).as(name).isEqualTo(1);
                assertThat(((ReadResult.Present) one.read(0)).payload())
                        .as(name)
                        .isEqualTo(name.getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThat(redex.names()).containsAll(names).hasSize(names.size() + 1);
    }

    @Test
    void hostileNamesAreRefused() {
        List<String> names = List.of(
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "../a",
                "a/..",
                "a/../b",
                "./a",
                "a/.",
                "A",
                "a b",
                "a\\b",
                "a+b",
                "a%2fb",
                "a\0b",
                "a:b",
                "a*",
                "ä",
                "a\n",
                "~",
                "a".repeat(256));
        for (String name : names) {
            assertThatIllegalArgumentException().as(name).isThrownBy(() -> redex.log(name));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redex.log("x".repeat(1_000_000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1_000));
        assertThat(redex.names()).containsExactly("orders");
    }

    @Test
    void recordsOutliveTheirLogsClose() {
        log.append(utf8("a"), 1);
        log.append(batch("b", "c"), 2);
        reopenLog();

        assertThat(log.nextSequence()).isEqualTo(3);
        assertThat(log.forcedSequence()).isEqualTo(3);
        assertThat(log.epoch()).isZero();
        assertThat(log.append(utf8("d"), 3)).isEqualTo(3);
        assertThat(all()).containsExactly("0@1 a", "1@2 b", "2@2 c", "3@3 d");
    }

    @Test
    void aClosedLogAndItsCursorsSaySo() {
        log.append(utf8("a"), 1);
        LogCursor cursor = log.cursor(0);
        log.close();
        log.close();

        for (Runnable call : List.<Runnable>of(
                () -> log.append(utf8("b"), 1),
                () -> log.append(batch("b"), 1),
                () -> log.append(new RecordBatch(0), 1),
                () -> log.read(0),
                () -> log.cursor(0),
                () -> log.onAppend(() -> {}),
                () -> cursor.read((sequence, stamp, payload) -> true, 1),
                () -> cursor.seek(0))) {
            assertThatExceptionOfType(LogClosedException.class)
                    .isThrownBy(call::run)
                    .withMessageContaining("log=orders");
        }
        cursor.close();
        cursor.close();
        assertThat(redex.log("orders").nextSequence()).isEqualTo(1);
    }

    @Test
    void closingDropsHints() {
        AtomicInteger calls = new AtomicInteger();
        log.onAppend(calls::incrementAndGet);
        reopenLog();

        log.append(utf8("a"), 1);

        assertThat(calls).hasValue(0);
    }

    @Test
    void closingAllClosesEachLog() {
        RedexLog other = redex.log("other");
        redex.close();
        redex.close();

        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> log.append(utf8("a"), 1));
        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> other.append(utf8("a"), 1));
        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> redex.log("orders"));
        assertThat(redex.logs()).isEmpty();
    }

    @Test
    void statsTellTheNumbers() {
        log.append(batch("a", "b"), 1);

        assertThat(log.stats().name()).isEqualTo("orders");
        assertThat(log.stats().nextSequence()).isEqualTo(2);
        assertThat(log.stats().firstSequence()).isZero();
        assertThat(log.stats().epoch()).isZero();
        assertThat(log.stats().bytes()).isGreaterThanOrEqualTo(2);
        assertThat(log.stats().segments()).isEqualTo(1);
        assertThat(log.stats().quarantinedBytes()).isZero();
        assertThat(log.stats().failure()).isNull();
    }

    // --- against a model

    /** A list is the oracle: whatever is appended, read, sought, closed and opened, the log shows the list. */
    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES) // with netbus.torture
    void theLogBehavesLikeAList() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            long seed = Long.getLong("netbus.seed", System.nanoTime() + round);
            try {
                log = redex.log("model-" + round);
                new Model(seed).run(400);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("failed with -Dnetbus.seed=" + seed, e);
            }
        }
    }

    /** The log under test beside a list of what it should hold. */
    private final class Model {

        @SuppressWarnings("ArrayRecordComponent") // compared by its parts
        private record Entry(long stamp, byte[] payload) {}

        private final Random random;
        private final List<Entry> entries = new ArrayList<>();
        private LogCursor cursor = log.cursor(0);
        private long position;

        private Model(long seed) {
            random = new Random(seed);
        }

        private void run(int steps) throws Exception {
            for (int i = 0; i < steps; i++) {
                step();
                assertThat(log.nextSequence()).isEqualTo(entries.size());
            }
            position = 0;
            cursor.seek(0);
            while (position < entries.size()) {
                readOn(Integer.MAX_VALUE);
            }
            assertThat(cursor.position()).isEqualTo(entries.size());
            cursor.close();
        }

        private void step() throws Exception {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> {
                    Entry entry = entry(stamp());
                    assertThat(log.append(ByteBuffer.wrap(entry.payload()), entry.stamp()))
                            .isEqualTo(entries.size());
                    add(entry);
                }
                case 3, 4 -> {
                    long stamp = stamp();
                    RecordBatch batch = new RecordBatch(random.nextInt(300));
                    List<Entry> added = new ArrayList<>();
                    for (int i = random.nextInt(50); i > 0; i--) {
                        Entry entry = entry(stamp);
                        batch.add(entry.payload());
                        added.add(entry);
                    }
                    assertThat(log.append(batch, stamp)).isEqualTo(entries.size());
                    added.forEach(this::add);
                }
                case 5, 6 -> readOn(random.nextInt(100));
                case 7 -> {
                    position = random.nextInt(entries.size() + 10);
                    cursor.seek(position);
                    assertThat(cursor.position()).isEqualTo(position);
                }
                case 8, 9 -> readOne(random.nextInt(entries.size() + 3));
                case 10 ->
                    await(log.whenForced(random.nextInt(entries.size() + 1)).toCompletableFuture());
                default -> {
                    if (random.nextInt(4) == 0) {
                        log.close();
                        log = redex.log(log.name());
                        cursor = log.cursor(position);
                    }
                }
            }
        }

        private void readOn(int limit) {
            int count = cursor.read(
                    (sequence, stamp, payload) -> {
                        assertThat(sequence).isEqualTo(position);
                        Entry expected = entries.get((int) sequence);
                        assertThat(stamp).isEqualTo(expected.stamp());
                        assertThat(payload).isEqualTo(ByteBuffer.wrap(expected.payload()));
                        position++;
                        return random.nextInt(200) > 0;
                    },
                    limit);
            assertThat(count).isLessThanOrEqualTo(limit);
            assertThat(cursor.position()).isEqualTo(position);
        }

        private void readOne(int sequence) {
            ReadResult found = log.read(sequence);
            if (sequence >= entries.size()) {
                assertThat(found).isEqualTo(new ReadResult.Absent(sequence, 0, entries.size()));
            } else {
                Entry expected = entries.get(sequence);
                ReadResult.Present present = (ReadResult.Present) found;
                assertThat(present.timestampNanos()).isEqualTo(expected.stamp());
                assertThat(present.payload()).isEqualTo(expected.payload());
            }
        }

        private long stamp() {
            return random.nextInt(1_000);
        }

        private Entry entry(long stamp) {
            int size = random.nextInt(100) == 0 ? random.nextInt(MAX_PAYLOAD_BYTES) : random.nextInt(300);
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            return new Entry(stamp, payload);
        }

        private void add(Entry entry) {
            long last = entries.isEmpty()
                    ? Long.MIN_VALUE
                    : entries.get(entries.size() - 1).stamp();
            entries.add(new Entry(Math.max(last, entry.stamp()), entry.payload()));
        }
    }

    // --- many threads

    /** Each appender's records come in its order, and every reader sees the same records, a growing prefix. */
    @Test
    void concurrentAppendersAndReadersSeeOneHistory() throws Exception {
        int appenders = 4;
        int perAppender = 3_000;
        AtomicInteger running = new AtomicInteger(appenders);
        List<CompletableFuture<?>> tasks = new ArrayList<>();
        for (int a = 0; a < appenders; a++) {
            int appender = a;
            tasks.add(start(() -> {
                RecordBatch batch = new RecordBatch(64);
                for (int i = 0; i < perAppender; i++) {
                    if (i % 3 == 0 && i + 1 < perAppender) {
                        batch.clear();
                        batch.add(tagged(appender, i)).add(tagged(appender, ++i));
                        log.append(batch, i);
                    } else {
                        log.append(tagged(appender, i), i);
                    }
                }
                running.decrementAndGet();
            }));
        }
        for (int r = 0; r < 2; r++) {
            tasks.add(start(() -> {
                int[] next = new int[appenders];
                long[] position = {0};
                try (LogCursor cursor = log.cursor(0)) {
                    boolean last = false;
                    while (!last) {
                        last = running.get() == 0;
                        long atLeast = log.nextSequence();
                        while (cursor.read(prefixChecker(next, position), 100) > 0) {}
                        assertThat(cursor.position()).isGreaterThanOrEqualTo(atLeast);
                    }
                }
                assertThat(next).containsOnly(perAppender);
            }));
        }
        awaitAll(tasks);
        assertThat(log.nextSequence()).isEqualTo((long) appenders * perAppender);
    }

    @Test
    void anInterruptIsKeptAndHasNoOtherEffect() throws Exception {
        CompletableFuture<?> task = start(() -> {
            Thread.currentThread().interrupt();
            log.append(utf8("a"), 1);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            log.append(batch("b"), 1);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThat(all()).hasSize(2);
            assertThat(log.read(1)).isInstanceOf(ReadResult.Present.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            reopenLog();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThat(all()).hasSize(2);
        });
        awaitAll(List.of(task));
    }

    @Test
    void randomInterruptsOfAppendersAndReadersLoseNothingAndCloseNothing() throws Exception {
        int appenders = 2;
        int perAppender = 3_000;
        AtomicInteger running = new AtomicInteger(appenders);
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> victims = new ArrayList<>();
        List<CompletableFuture<?>> tasks = new ArrayList<>();
        for (int a = 0; a < appenders; a++) {
            int appender = a;
            tasks.add(start(victims, () -> {
                for (int i = 0; i < perAppender; i++) {
                    log.append(tagged(appender, i), i);
                    Thread.interrupted();
                }
                running.decrementAndGet();
            }));
        }
        tasks.add(start(victims, () -> {
            int[] next = new int[appenders];
            long[] position = {0};
            try (LogCursor cursor = log.cursor(0)) {
                boolean last = false;
                while (!last) {
                    last = running.get() == 0;
                    while (cursor.read(prefixChecker(next, position), 50) > 0) {
                        Thread.interrupted();
                    }
                }
            }
            assertThat(next).containsOnly(perAppender);
        }));
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        CompletableFuture<?> all = CompletableFuture.allOf(tasks.toArray(CompletableFuture[]::new));
        CompletableFuture<?> interrupter = start(() -> {
            while (!all.isDone() && !done.get()) {
                victims.get(random.nextInt(victims.size())).interrupt();
                LockSupport.parkNanos(random.nextInt(50_000));
            }
        });
        try {
            awaitAll(tasks);
        } finally {
            done.set(true);
        }
        awaitAll(List.of(interrupter));
        assertThat(log.nextSequence()).as("seed=%d", seed).isEqualTo((long) appenders * perAppender);
        assertThat(log.stats().failure()).as("seed=%d", seed).isNull();
        reopenLog();
        assertThat(all()).as("seed=%d", seed).hasSize(appenders * perAppender);
    }

    @Test
    void openingFromManyThreadsOpensOnce() throws Exception {
        List<CompletableFuture<?>> tasks = new ArrayList<>();
        List<RedexLog> opened = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 8; i++) {
            tasks.add(start(() -> opened.add(redex.log("shared"))));
        }
        awaitAll(tasks);

        assertThat(opened).hasSize(8).containsOnly(redex.log("shared"));
    }

    @Test
    void closingWhileOthersAppendLosesNoAcknowledgedRecord() throws Exception {
        AtomicInteger acknowledged = new AtomicInteger();
        List<CompletableFuture<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tasks.add(start(() -> assertThatThrownBy(() -> {
                        while (true) {
                            log.append(utf8("x"), 1);
                            acknowledged.incrementAndGet();
                        }
                    })
                    .isInstanceOf(LogClosedException.class)));
        }
        while (acknowledged.get() < 1_000) {
            Thread.onSpinWait();
        }
        reopenLogWithoutForgetting();
        awaitAll(tasks);

        assertThat(redex.log("orders").nextSequence()).isEqualTo(acknowledged.get());
    }

    // --- helpers

    private void reopenLog() {
        log.close();
        log = redex.log(log.name());
    }

    /** Closes the log and leaves the closed one to those who use it. */
    private void reopenLogWithoutForgetting() {
        log.close();
        redex.log(log.name());
    }

    private List<String> all() {
        List<String> seen = new ArrayList<>();
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read(collect(seen), Integer.MAX_VALUE);
        }
        return seen;
    }

    private void assertPresent(long sequence, long stamp, String text) {
        ReadResult.Present present = (ReadResult.Present) log.read(sequence);
        assertThat(present.sequence()).isEqualTo(sequence);
        assertThat(present.timestampNanos()).isEqualTo(stamp);
        assertThat(new String(present.payload(), StandardCharsets.UTF_8)).isEqualTo(text);
    }

    private static LogCursor.RecordReader collect(List<String> into) {
        return (sequence, stamp, payload) -> {
            into.add(sequence + "@" + stamp + " " + text(payload));
            return true;
        };
    }

    private static LogCursor.RecordReader prefixChecker(int[] next, long[] position) {
        return (sequence, stamp, payload) -> {
            assertThat(sequence).isEqualTo(position[0]++);
            int appender = payload.getInt(payload.position());
            assertThat(payload.getInt(payload.position() + Integer.BYTES)).isEqualTo(next[appender]++);
            return true;
        };
    }

    private static ByteBuffer tagged(int appender, int number) {
        return ByteBuffer.allocate(40).putInt(0, appender).putInt(Integer.BYTES, number);
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer payload) {
        return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
    }

    private static RecordBatch batch(String... texts) {
        RecordBatch batch = new RecordBatch(0);
        for (String text : texts) {
            batch.add(utf8(text));
        }
        return batch;
    }

    private static CompletableFuture<?> start(Runnable task) {
        return start(new ArrayList<>(), task);
    }

    private static CompletableFuture<?> start(List<Thread> threads, Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                        done.complete(null);
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                },
                "redex-contract");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return done;
    }

    private static void awaitAll(List<CompletableFuture<?>> tasks) throws Exception {
        for (CompletableFuture<?> task : tasks) {
            await(task);
        }
    }

    private static void await(CompletableFuture<?> task)
            throws InterruptedException, ExecutionException, TimeoutException {
        task.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
