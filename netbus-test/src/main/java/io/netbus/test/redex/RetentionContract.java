package io.netbus.test.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netbus.redex.Acknowledgement;
import io.netbus.redex.ForcePolicy;
import io.netbus.redex.HistoryLostException;
import io.netbus.redex.LogClosedException;
import io.netbus.redex.LogConfig;
import io.netbus.redex.LogConfigConflictException;
import io.netbus.redex.LogCursor;
import io.netbus.redex.LogFullException;
import io.netbus.redex.LogHold;
import io.netbus.redex.LogRecord;
import io.netbus.redex.ReadResult;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import io.netbus.redex.Retention;
import io.netbus.redex.Retention.AtHardLimit;
import io.netbus.redex.TailStart;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a log keeps, how records are acknowledged, and settings of single logs, wherever the records are. */
public abstract class RetentionContract {

    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int PAYLOAD_BYTES = 10_000;
    private static final long TIMEOUT_SECONDS = 60;
    private static final LogConfig CONFIG = LogConfig.defaults().withSegmentBytes(SEGMENT_BYTES);

    /** Sequences do not start anew with the process; a memory log's records do. */
    private final boolean survivesReopening;

    private Redex redex;

    /** @param survivesReopening whether records are there when the logs are opened again */
    protected RetentionContract(boolean survivesReopening) {
        this.survivesReopening = survivesReopening;
    }

    /** Opens the logs, the same ones each time where records survive that. */
    protected abstract Redex open(RedexConfig config) throws Exception;

    @BeforeEach
    void openLogs() throws Exception {
        redex = open(RedexConfig.defaults().withSegmentBytes(SEGMENT_BYTES));
    }

    @AfterEach
    void closeLogs() {
        redex.close();
    }

    // --- what is kept

    @Test
    void aLogKeepsEverythingUnlessToldOtherwise() {
        RedexLog log = log(Retention.all());
        appendMany(log, 100);

        log.sweep();

        assertThat(log.firstSequence()).isZero();
        assertThat(log.read(0)).isInstanceOf(ReadResult.Present.class);
    }

    @Test
    void soManyRecordsAreKept() {
        RedexLog log = log(Retention.all().withMaxRecords(20));
        appendMany(log, 200);

        sweepAll(log);

        assertThat(log.nextSequence()).isEqualTo(200);
        assertThat(log.firstSequence()).isBetween(1L, 180L);
        assertAllThere(log);
    }

    @Test
    void soManyBytesAreKept() {
        RedexLog log = log(Retention.all().withMaxBytes(50L * PAYLOAD_BYTES));
        appendMany(log, 400);

        sweepAll(log);

        assertThat(log.firstSequence()).isBetween(1L, 350L);
        assertThat(log.stats().bytes()).isLessThan(300L * PAYLOAD_BYTES);
        assertAllThere(log);
    }

    @Test
    void recordsThatAreOldEnoughGo() {
        RedexLog log = log(Retention.all().withMaxAge(Duration.ofHours(1)));
        long now = nanos(Instant.now());
        for (int i = 0; i < 100; i++) {
            append(log, i, now - Duration.ofHours(2).toNanos());
        }
        for (int i = 100; i < 300; i++) {
            append(log, i, now);
        }

        sweepAll(log);

        assertThat(log.firstSequence()).isGreaterThan(0).isLessThanOrEqualTo(100);
        assertAllThere(log);
    }

    /** Of several limits, the one that is passed first decides. */
    @Test
    void theTightestLimitDecides() {
        for (Retention limits : List.of(
                Retention.all().withMaxRecords(20).withMaxBytes(1_000L * PAYLOAD_BYTES),
                Retention.all().withMaxRecords(10_000).withMaxBytes(20L * PAYLOAD_BYTES),
                Retention.all().withMaxRecords(10_000).withMaxAge(Duration.ofDays(1)),
                Retention.all()
                        .withMaxRecords(20)
                        .withMaxBytes(20L * PAYLOAD_BYTES)
                        .withMaxAge(Duration.ofDays(30_000)))) {
            RedexLog log = log(limits);
            appendMany(log, 200);
            sweepAll(log);
            assertThat(log.firstSequence()).as(limits.toString()).isPositive();
            assertThat(redex.delete("orders")).isTrue();
        }
    }

    @Test
    void aReadOfWhatIsGoneSaysSo() {
        RedexLog log = log(Retention.all().withMaxRecords(20));
        appendMany(log, 200);
        sweepAll(log);
        long first = log.firstSequence();

        assertThat(log.read(0)).isEqualTo(new ReadResult.Evicted(0, first));
        assertThat(log.read(first - 1)).isEqualTo(new ReadResult.Evicted(first - 1, first));
        assertThat(log.read(first)).isInstanceOf(ReadResult.Present.class);
        assertThat(log.read(200)).isEqualTo(new ReadResult.Absent(200, first, 200));
        try (LogCursor cursor = log.cursor(0)) {
            assertThat(cursor.position()).isEqualTo(first);
        }
    }

    @Test
    void aReaderThatIsOvertakenIsToldAndGoesOn() {
        RedexLog log = log(Retention.all().withMaxRecords(20));
        LogHold hold = log.hold("reader", 0);
        appendMany(log, 50);
        List<Long> seen = new ArrayList<>();
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read((sequence, stamp, payload) -> seen.add(sequence), 5);
            appendMany(log, 250);
            hold.close();
            sweepAll(log);
            long first = log.firstSequence();
            assertThat(first).isGreaterThan(5);

            assertThatExceptionOfType(HistoryLostException.class)
                    .isThrownBy(() -> cursor.read((sequence, stamp, payload) -> true, 1))
                    .satisfies(lost -> {
                        assertThat(lost.from()).isEqualTo(5);
                        assertThat(lost.to()).isEqualTo(first);
                    })
                    .withMessageContaining("log=orders");
            assertThat(cursor.position()).isEqualTo(first);
            assertThat(cursor.read((sequence, stamp, payload) -> seen.add(sequence), Integer.MAX_VALUE))
                    .isEqualTo((int) (300 - first));
        }
        assertThat(seen).startsWith(0L, 1L, 2L, 3L, 4L).endsWith(299L).doesNotHaveDuplicates();
    }

    @Test
    void aTailFromWhatIsGoneIsRefused() throws Exception {
        RedexLog log = log(Retention.all().withMaxRecords(20));
        appendMany(log, 200);
        sweepAll(log);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();

        log.tail(TailStart.at(3)).subscribe(new Flow.Subscriber<LogRecord>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(LogRecord record) {
                failure.completeExceptionally(new AssertionError("record=" + record));
            }

            @Override
            public void onError(Throwable cause) {
                failure.complete(cause);
            }

            @Override
            public void onComplete() {
                failure.completeExceptionally(new AssertionError("completed"));
            }
        });

        assertThat(failure.get(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(HistoryLostException.class, lost -> {
                    assertThat(lost.from()).isEqualTo(3);
                    assertThat(lost.to()).isEqualTo(log.firstSequence());
                });
    }

    @Test
    void sequencesSurviveRetentionAndReopening() throws Exception {
        Retention some = Retention.all().withMaxRecords(20);
        RedexLog log = log(some);
        appendMany(log, 200);
        sweepAll(log);
        long first = log.firstSequence();
        reopen();
        log = log(some);

        assertThat(log.firstSequence()).isEqualTo(survivesReopening ? first : 0);
        assertThat(log.nextSequence()).isEqualTo(survivesReopening ? 200 : 0);
        assertThat(log.append(payload(200), 1)).isEqualTo(survivesReopening ? 200 : 0);
    }

    // --- holds

    @Test
    void aHoldKeepsWhatItsOwnerNeeds() {
        RedexLog log = log(Retention.all().withMaxRecords(20));
        LogHold hold = log.hold("fold", 7);
        appendMany(log, 200);
        sweepAll(log);

        assertThat(log.firstSequence()).isLessThanOrEqualTo(7);
        assertThat(log.read(7)).isInstanceOf(ReadResult.Present.class);
        assertThat(hold.isBroken()).isFalse();
        assertThat(log.stats().holds()).singleElement().satisfies(held -> {
            assertThat(held.owner()).isEqualTo("fold");
            assertThat(held.sequence()).isEqualTo(7);
            assertThat(held.broken()).isFalse();
        });

        hold.moveTo(100);
        hold.moveTo(50); // backwards: no effect
        sweepAll(log);
        assertThat(hold.sequence()).isEqualTo(100);
        assertThat(log.firstSequence()).isBetween(8L, 100L);

        hold.close();
        hold.close();
        sweepAll(log);
        assertThat(log.firstSequence()).isGreaterThan(100);
        assertThat(log.stats().holds()).isEmpty();
    }

    @Test
    void theLowestOfSeveralHoldsCounts() {
        RedexLog log = log(Retention.all().withMaxRecords(0));
        LogHold low = log.hold("a", 30);
        log.hold("b", 90);
        log.hold("b", 80); // takes the place of the one before
        appendMany(log, 200);
        sweepAll(log);
        assertThat(log.firstSequence()).isLessThanOrEqualTo(30);

        low.close();
        sweepAll(log);
        assertThat(log.firstSequence()).isBetween(31L, 80L);
        assertThat(log.stats().holds()).hasSize(1);
    }

    @Test
    void aHoldOnWhatIsGoneIsBrokenFromTheStart() {
        RedexLog log = log(Retention.all().withMaxRecords(20));
        appendMany(log, 200);
        sweepAll(log);

        assertThat(log.hold("late", 0).isBroken()).isTrue();
        assertThat(log.hold("intime", log.firstSequence()).isBroken()).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> log.hold("x", -1));
    }

    @Test
    void aClosedLogTakesNoHolds() {
        RedexLog log = log(Retention.all());
        LogHold hold = log.hold("late", 0);
        log.close();

        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> log.hold("later", 0));
        hold.moveTo(5); // its owner need not know
        hold.close();
    }

    @Test
    void atItsHardLimitALogRefusesAppendsUntilTheHoldMovesOn() {
        RedexLog log = log(Retention.all().withMaxRecords(0).withHardLimit(5L * SEGMENT_BYTES, AtHardLimit.REFUSE));
        LogHold hold = log.hold("slow", 0);

        int accepted = appendUntilFull(log);

        assertThat(log.nextSequence()).isEqualTo(accepted);
        assertThat(log.firstSequence()).isZero();
        assertThat(log.stats().failure()).isNull();
        hold.moveTo(accepted);
        sweepAll(log);
        assertThat(log.append(payload(accepted), 1)).isEqualTo(accepted);
        assertAllThere(log);
    }

    @Test
    void atItsHardLimitALogMayBreakTheHold() {
        RedexLog log =
                log(Retention.all().withMaxRecords(0).withHardLimit(40L * SEGMENT_BYTES, AtHardLimit.BREAK_HOLDS));
        LogHold hold = log.hold("slow", 0);
        appendMany(log, 600);
        sweepAll(log);

        assertThat(hold.isBroken()).isTrue();
        assertThat(log.stats().brokenHolds()).isEqualTo(1);
        assertThat(log.nextSequence()).isEqualTo(600);
        assertThat(log.firstSequence()).isPositive();
        assertAllThere(log);
    }

    @Test
    void limitsAreNotNegative() {
        assertThatIllegalArgumentException().isThrownBy(() -> Retention.all().withMaxRecords(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Retention.all().withMaxBytes(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Retention.all().withMaxAge(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> Retention.all().withHardLimit(-1, AtHardLimit.REFUSE));
    }

    // --- acknowledgement

    @Test
    void anAppendThatAsksForItReturnsForced() {
        RedexLog log = redex.log("orders", CONFIG.withForcePolicy(ForcePolicy.never()));
        log.append(payload(0), 1, Acknowledgement.MEMORY);
        log.append(payload(1), 1, Acknowledgement.WRITTEN);

        assertThat(log.append(payload(2), 1, Acknowledgement.FSYNCED)).isEqualTo(2);
        assertThat(log.forcedSequence()).isEqualTo(3);
        assertThat(log.stats().unforcedBytes()).isZero();

        RecordBatch batch = new RecordBatch(100).add(payload(3)).add(payload(4));
        assertThat(log.append(batch, 1, Acknowledgement.FSYNCED)).isEqualTo(3);
        assertThat(log.forcedSequence()).isEqualTo(5);
    }

    @Test
    void aLogHasALevelOfItsOwn() {
        RedexLog log = redex.log(
                "orders", CONFIG.withForcePolicy(ForcePolicy.never()).withAcknowledgement(Acknowledgement.FSYNCED));

        log.append(payload(0), 1);
        assertThat(log.forcedSequence()).isEqualTo(1);
        log.append(new RecordBatch(10).add(payload(1)), 1);
        assertThat(log.forcedSequence()).isEqualTo(2);
        assertThat(log.appendIfNext(2, new RecordBatch(10).add(payload(2)), 1)).hasValue(2);
        assertThat(log.forcedSequence()).isEqualTo(3);
    }

    @Test
    void underEachAppendAllWait() {
        RedexLog log = redex.log("orders", CONFIG.withForcePolicy(ForcePolicy.eachAppend()));

        log.append(payload(0), 1, Acknowledgement.MEMORY);

        assertThat(log.forcedSequence()).isEqualTo(1);
    }

    @Test
    void syncForcesAllThatIsAppended() {
        RedexLog log = redex.log("orders", CONFIG.withForcePolicy(ForcePolicy.never()));
        log.sync(); // nothing to do
        appendMany(log, 50);

        log.sync();

        assertThat(log.forcedSequence()).isEqualTo(50);
        log.close();
        assertThatExceptionOfType(LogClosedException.class).isThrownBy(log::sync);
    }

    @Test
    void threadsThatWaitAreAllAcknowledged() throws Exception {
        RedexLog log = redex.log("orders", CONFIG.withForcePolicy(ForcePolicy.never()));
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            threads.add(done);
            new Thread(() -> {
                        try {
                            for (int i = 0; i < 50; i++) {
                                long sequence = log.append(payload(i), 1, Acknowledgement.FSYNCED);
                                assertThat(log.forcedSequence()).isGreaterThan(sequence);
                            }
                            done.complete(null);
                        } catch (Throwable e) {
                            done.completeExceptionally(e);
                        }
                    })
                    .start();
        }
        for (CompletableFuture<Void> thread : threads) {
            thread.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
        assertThat(log.nextSequence()).isEqualTo(400);
    }

    // --- the expected sequence

    @Test
    void anAppendThatExpectsTheNextSequenceSucceedsOnce() {
        RedexLog log = redex.log("orders");
        RecordBatch batch = new RecordBatch(10).add(payload(0)).add(payload(1));

        assertThat(log.appendIfNext(0, batch, 1)).isEqualTo(OptionalLong.of(0));
        assertThat(log.appendIfNext(0, batch, 1)).isEmpty();
        assertThat(log.appendIfNext(3, batch, 1)).isEmpty();
        assertThat(log.appendIfNext(2, new RecordBatch(1), 1)).hasValue(2);
        assertThat(log.appendIfNext(1, new RecordBatch(1), 1)).isEmpty();
        assertThat(log.nextSequence()).isEqualTo(2);
        assertThatIllegalArgumentException().isThrownBy(() -> log.appendIfNext(-1, batch, 1));
    }

    @Test
    void ofManyWhoExpectTheSameOneSucceeds() throws Exception {
        RedexLog log = redex.log("orders");
        int threads = 4;
        int rounds = 500;
        List<CompletableFuture<Integer>> wins = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            wins.add(CompletableFuture.supplyAsync(() -> {
                int won = 0;
                for (int i = 0; i < rounds; i++) {
                    won += log.appendIfNext(log.nextSequence(), new RecordBatch(1).add(payload(i)), 1)
                                    .isPresent()
                            ? 1
                            : 0;
                }
                return won;
            }));
        }
        long sum = 0;
        for (CompletableFuture<Integer> won : wins) {
            sum += won.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
        assertThat(log.nextSequence()).isEqualTo(sum);
    }

    // --- times

    @Test
    void aTimeIsFoundByTheFirstRecordAtOrAfterIt() {
        RedexLog log = log(Retention.all());
        assertThat(log.sequenceAt(5)).isZero();
        for (int i = 0; i < 300; i++) {
            append(log, i, 10L * (i / 3)); // three of each stamp
        }

        assertThat(log.sequenceAt(Long.MIN_VALUE)).isZero();
        assertThat(log.sequenceAt(0)).isZero();
        for (int i = 1; i < 100; i++) {
            assertThat(log.sequenceAt(10L * i)).isEqualTo(3L * i);
            assertThat(log.sequenceAt(10L * i - 9)).isEqualTo(3L * i);
        }
        assertThat(log.sequenceAt(991)).isEqualTo(300);
    }

    // --- settings and deletion

    @Test
    void aLogThatIsOpenRefusesOtherSettings() {
        RedexLog log = log(Retention.all());

        assertThat(redex.log("orders")).isSameAs(log);
        assertThat(redex.log("orders", CONFIG)).isSameAs(log);
        assertThatExceptionOfType(LogConfigConflictException.class)
                .isThrownBy(() -> redex.log("orders", CONFIG.withMaxPayloadBytes(1)))
                .withMessageContaining("log=orders");
        log.close();
        assertThat(redex.log("orders", CONFIG.withMaxPayloadBytes(1))).isNotSameAs(log);
    }

    @Test
    void aDeletedLogIsGoneAndCanBeMadeAnew() {
        RedexLog log = log(Retention.all());
        appendMany(log, 20);
        redex.log("orders/more").append(payload(0), 1);

        assertThat(redex.delete("orders")).isTrue();

        assertThat(redex.names()).containsExactly("orders/more");
        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> log.append(payload(0), 1));
        assertThat(redex.delete("orders")).isFalse();
        assertThat(redex.log("orders").nextSequence()).isZero();
        assertThat(redex.log("orders/more").nextSequence()).isEqualTo(1);
    }

    // --- helpers

    private RedexLog log(Retention retention) {
        return redex.log("orders", CONFIG.withRetention(retention));
    }

    private void reopen() throws Exception {
        redex.close();
        redex = open(RedexConfig.defaults().withSegmentBytes(SEGMENT_BYTES));
    }

    private static void appendMany(RedexLog log, int count) {
        for (int i = 0; i < count; i++) {
            append(log, (int) log.nextSequence(), 1);
        }
    }

    private static void append(RedexLog log, int number, long timestampNanos) {
        assertThat(log.append(payload(number), timestampNanos)).isEqualTo(number);
    }

    private static int appendUntilFull(RedexLog log) {
        for (int i = 0; i < 10_000; i++) {
            try {
                log.append(payload(i), 1);
            } catch (LogFullException e) {
                assertThat(e).hasMessageContaining("hardLimitBytes=");
                return i;
            }
        }
        throw new AssertionError("the hard limit was never met");
    }

    /** A segment can go once it is sealed, which a force brings about. */
    private static void sweepAll(RedexLog log) {
        log.sync();
        log.sweep();
    }

    private static void assertAllThere(RedexLog log) {
        List<Long> seen = new ArrayList<>();
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read(
                    (sequence, stamp, payload) -> {
                        assertThat(payload.remaining())
                                .isEqualTo(payload((int) sequence).remaining());
                        assertThat(payload.getInt(payload.position())).isEqualTo((int) sequence);
                        return seen.add(sequence);
                    },
                    Integer.MAX_VALUE);
        }
        assertThat(seen).hasSize((int) (log.nextSequence() - log.firstSequence()));
        assertThat(seen.isEmpty() ? log.firstSequence() : seen.get(0)).isEqualTo(log.firstSequence());
    }

    private static ByteBuffer payload(int number) {
        byte[] text = ("record " + number).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(PAYLOAD_BYTES).putInt(number).put(text).rewind();
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
}
