package io.netbus.test.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.netbus.redex.LogClosedException;
import io.netbus.redex.LogCursor;
import io.netbus.redex.LogRecord;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import io.netbus.redex.TailStart;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The promises of {@link LogCursor#await}, {@link RedexLog#sequenceAt} and {@link RedexLog#tail} that hold wherever the
 * records are. Random tests name their seed when they fail.
 */
public abstract class TailContract {

    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int RECORDS = 10_000;
    private static final int ROUNDS = 3_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String COMPLETE = "complete";

    private Redex redex;
    private RedexLog log;

    /** For subclasses. */
    protected TailContract() {}

    /** Opens a set of logs that is empty the first time a test asks. */
    protected abstract Redex open(RedexConfig config) throws Exception;

    @BeforeEach
    void openLog() throws Exception {
        redex = open(RedexConfig.defaults().withSegmentBytes(SEGMENT_BYTES));
        log = redex.log("orders");
    }

    @AfterEach
    void closeRedex() {
        redex.close();
    }

    // --- waiting at a cursor

    @Test
    void awaitTellsWhetherThereIsARecordAtThePosition() throws InterruptedException {
        try (LogCursor cursor = log.cursor(1)) {
            assertThat(cursor.await(Duration.ZERO)).isFalse();
            assertThat(cursor.await(Duration.ofSeconds(-1))).isFalse();
            append("a");
            assertThat(cursor.await(Duration.ofMillis(1))).isFalse();
            append("b");
            assertThat(cursor.await(Duration.ZERO)).isTrue();
            assertThat(cursor.await(Duration.ofDays(Long.MAX_VALUE / 86_400))).isTrue();
            assertThat(cursor.position()).isEqualTo(1);
            assertThat(cursor.read((sequence, stamp, payload) -> true, 10)).isEqualTo(1);
            assertThat(cursor.await(Duration.ofNanos(1))).isFalse();
        }
    }

    /** Two threads take turns: each append is waited for, so if wake-ups were lost, the rounds would run out of time. */
    @Test
    @Timeout(value = 10 + ROUNDS / 100, unit = TimeUnit.SECONDS)
    void noAppendIsSleptOver() throws Exception {
        RedexLog answers = redex.log("answers");
        CompletableFuture<?> other = start(() -> {
            try (LogCursor cursor = log.cursor(0)) {
                for (int round = 0; round < ROUNDS; round++) {
                    assertThat(cursor.await(TIMEOUT)).isTrue();
                    assertThat(cursor.read((sequence, stamp, payload) -> true, 10))
                            .isEqualTo(1);
                    answers.append(utf8("pong"), round);
                }
            }
        });
        try (LogCursor cursor = answers.cursor(0)) {
            for (int round = 0; round < ROUNDS; round++) {
                append("ping");
                assertThat(cursor.await(TIMEOUT)).as("round %d", round).isTrue();
                assertThat(cursor.read((sequence, stamp, payload) -> true, 10)).isEqualTo(1);
            }
        }
        await(other);
    }

    @Test
    void awaitFromBeyondTheEndWaitsForItsOwnRecord() throws Exception {
        Waiting waiting = waitAt(log.cursor(3));

        append("a");
        log.append(batch("b", "c"), 1);
        assertThat(waiting.outcome).isNotDone();
        append("d");

        assertThat(waiting.outcome()).isEqualTo(true);
    }

    @Test
    void manyCursorsWaitAtOnce() throws Exception {
        List<Waiting> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(waitAt(log.cursor(0)));
        }

        append("a");

        for (Waiting waiting : all) {
            assertThat(waiting.outcome()).isEqualTo(true);
        }
    }

    @Test
    void closingTheLogWakesWhoWaits() throws Exception {
        Waiting waiting = waitAt(log.cursor(0));

        log.close();

        assertThat(waiting.outcome()).isInstanceOf(LogClosedException.class);
    }

    @Test
    void closingAllWakesWhoWaits() throws Exception {
        Waiting waiting = waitAt(log.cursor(5));

        redex.close();

        assertThat(waiting.outcome()).isInstanceOf(LogClosedException.class);
    }

    @Test
    void closingTheCursorWakesWhoWaits() throws Exception {
        LogCursor cursor = log.cursor(0);
        Waiting waiting = waitAt(cursor);

        cursor.close();

        assertThat(waiting.outcome()).isInstanceOf(LogClosedException.class);
        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> cursor.await(Duration.ZERO));
    }

    @Test
    void anInterruptEndsTheWaitAndLeavesTheCursorAsItIs() throws Exception {
        LogCursor cursor = log.cursor(0);
        Waiting waiting = waitAt(cursor);

        waiting.thread.interrupt();

        assertThat(waiting.outcome()).isInstanceOf(InterruptedException.class);
        append("a");
        assertThat(cursor.await(TIMEOUT)).isTrue();
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> cursor.await(TIMEOUT));
        assertThat(Thread.interrupted()).isFalse();
        assertThat(cursor.read((sequence, stamp, payload) -> true, 10)).isEqualTo(1);
    }

    @Test
    void aReaderMustNotWaitAtItsCursor() {
        append("a");
        try (LogCursor cursor = log.cursor(0)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> cursor.read(
                            (sequence, stamp, payload) -> {
                                try {
                                    return cursor.await(TIMEOUT);
                                } catch (InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                            },
                            1));
        }
    }

    // --- finding a time

    @Test
    void aTimeLeadsToTheFirstRecordThatIsNotOlder() {
        assertThat(log.sequenceAt(5)).isZero();
        log.append(utf8("a"), 10);
        log.append(batch("b", "c", "d"), 20);
        log.append(utf8("e"), 20);
        log.append(utf8("f"), 30);

        assertThat(log.sequenceAt(Long.MIN_VALUE)).isZero();
        assertThat(log.sequenceAt(10)).isZero();
        assertThat(log.sequenceAt(11)).isEqualTo(1);
        assertThat(log.sequenceAt(20)).isEqualTo(1);
        assertThat(log.sequenceAt(21)).isEqualTo(5);
        assertThat(log.sequenceAt(30)).isEqualTo(5);
        assertThat(log.sequenceAt(31)).isEqualTo(6);
        assertThat(log.sequenceAt(Long.MAX_VALUE)).isEqualTo(6);
    }

    @Test
    void everyTimeIsFoundAsByLookingAtAllRecords() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        List<Long> stamps = new ArrayList<>();
        long stamp = -500;
        while (stamps.size() < 3_000) {
            stamp += random.nextInt(4) == 0 ? random.nextInt(10) : 0;
            RecordBatch batch = new RecordBatch(0);
            for (int n = random.nextInt(5) + 1; n > 0; n--) {
                batch.add(new byte[random.nextInt(200)]);
                stamps.add(stamp);
            }
            log.append(batch, stamp);
        }
        for (int i = 0; i < 300; i++) {
            long time = (long) random.nextInt((int) stamp + 600) - 550;
            long expected = stamps.stream().takeWhile(each -> each < time).count();
            assertThat(log.sequenceAt(time)).as("seed=%d, time=%d", seed, time).isEqualTo(expected);
        }
    }

    // --- where a tail starts

    @Test
    void aTailStartsWhereItIsTold() throws Exception {
        for (int i = 0; i < 5; i++) {
            log.append(utf8("r" + i), 10L * i);
        }

        assertStartsAt(0, TailStart.beginning());
        assertStartsAt(0, TailStart.at(0));
        assertStartsAt(3, TailStart.at(3));
        assertStartsAt(2, TailStart.since(15));
        assertStartsAt(2, TailStart.since(20));
        assertStartsAt(0, TailStart.since(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> TailStart.at(-1));
    }

    @Test
    void aTailFromTheEndHasWhatIsAppendedAfterItsSubscription() throws Exception {
        append("before");
        Flow.Publisher<LogRecord> ends = log.tail(TailStart.end());
        Flow.Publisher<LogRecord> future = log.tail(TailStart.since(Long.MAX_VALUE));
        append("between");
        Probe atEnd = Probe.unbounded(ends);
        Probe atFuture = Probe.unbounded(future);
        append("after");

        assertThat(atEnd.next()).isEqualTo("2@0 after");
        assertThat(atFuture.next()).isEqualTo("2@0 after");
    }

    @Test
    void aTailFromTheFutureWaitsForIt() throws Exception {
        Probe ahead = Probe.unbounded(log.tail(TailStart.at(3)));
        Probe all = Probe.unbounded(log.tail(TailStart.beginning()));
        for (int i = 0; i < 5; i++) {
            append("r" + i);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(all.next()).isEqualTo(i + "@0 r" + i);
        }
        assertThat(ahead.next()).isEqualTo("3@0 r3");
        assertThat(ahead.next()).isEqualTo("4@0 r4");
    }

    // --- what it delivers

    /** Some are there before, most come while it reads: at the seam none is lost, doubled or out of order. */
    @Test
    void recordsAppendedDuringATailArriveOnceEachInOrder() throws Exception {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        List<Probe> probes = new ArrayList<>();
        CompletableFuture<?> appending = start(() -> {
            while (log.nextSequence() < RECORDS) {
                int left = (int) (RECORDS - log.nextSequence());
                RecordBatch batch = new RecordBatch(0);
                for (int i = 0; i < Math.min(left, 1 + random.nextInt(7)); i++) {
                    batch.add(utf8("r" + (log.nextSequence() + i)));
                }
                log.append(batch, log.nextSequence());
            }
        });
        for (int i = 0; i < 8; i++) {
            probes.add(Probe.unbounded(log.tail(TailStart.at(i * 400L))));
        }
        await(appending);
        for (int i = 0; i < probes.size(); i++) {
            for (int sequence = i * 400; sequence < RECORDS; sequence++) {
                assertThat(probes.get(i).next())
                        .as("seed=%d, tail=%d", seed, i)
                        .asString()
                        .startsWith(sequence + "@")
                        .endsWith(" r" + sequence);
            }
            assertThat(probes.get(i).signals).as("seed=%d, tail=%d", seed, i).isEmpty();
        }
    }

    /** If the thread slept over appends, the rounds would run out of time. */
    @Test
    @Timeout(value = 10 + ROUNDS / 100, unit = TimeUnit.SECONDS)
    void aTailIsWokenByEachAppend() throws Exception {
        Probe probe = Probe.unbounded(log.tail(TailStart.end()));
        for (int round = 0; round < ROUNDS; round++) {
            append("ping");
            assertThat(probe.next()).isEqualTo(round + "@0 ping");
        }
    }

    @Test
    void everySubscriberOwnsItsBytes() throws Exception {
        List<LogRecord> kept = new ArrayList<>();
        Probe spoiler = new Probe(record -> Arrays.fill(record.payload(), (byte) 'x'));
        Probe keeper = new Probe(kept::add);
        for (Probe probe : List.of(spoiler, keeper)) {
            log.tail(TailStart.beginning()).subscribe(probe);
            probe.subscription().request(Long.MAX_VALUE);
        }
        for (int i = 0; i < 100; i++) {
            append("record " + i);
        }
        for (int i = 0; i < 100; i++) {
            spoiler.next();
            keeper.next();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(new String(kept.get(i).payload(), StandardCharsets.UTF_8))
                    .isEqualTo("record " + i);
        }
    }

    // --- demand

    @Test
    void noMoreIsDeliveredThanWasRequested() throws Exception {
        for (int i = 0; i < 10; i++) {
            append("r" + i);
        }
        Probe slow = new Probe();
        log.tail(TailStart.beginning()).subscribe(slow);
        awaitTurns();
        assertThat(slow.signals).isEmpty();
        slow.subscription().request(1);
        slow.subscription().request(2);
        awaitTurns();
        assertThat(slow.signals).hasSize(3);
        slow.subscription().request(Long.MAX_VALUE);
        slow.subscription().request(Long.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            assertThat(slow.next()).isEqualTo(i + "@0 r" + i);
        }
    }

    @Test
    void aSlowSubscriberHoldsUpNobodyAndGetsItAllLater() throws Exception {
        Probe slow = new Probe();
        log.tail(TailStart.beginning()).subscribe(slow);
        slow.subscription().request(1);
        Probe fast = Probe.unbounded(log.tail(TailStart.beginning()));
        for (int i = 0; i < 5_000; i++) {
            append("record " + i);
        }
        for (int i = 0; i < 5_000; i++) {
            assertThat(fast.next()).isEqualTo(i + "@0 record " + i);
        }
        assertThat(slow.signals).hasSize(1);
        slow.subscription().request(4_999);
        for (int i = 0; i < 5_000; i++) {
            assertThat(slow.next()).isEqualTo(i + "@0 record " + i);
        }
    }

    /** Were onNext called from request, this would end in a stack overflow. */
    @Test
    void aSubscriberMayRequestFromOnNext() throws Exception {
        for (int i = 0; i < RECORDS; i++) {
            append("r");
        }
        AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();
        Probe probe = new Probe(record -> {
            Flow.Subscription mine = subscription.get();
            if (mine != null) {
                mine.request(1);
            }
        });
        log.tail(TailStart.beginning()).subscribe(probe);
        subscription.set(probe.subscription());
        probe.subscription().request(1);
        for (int i = 0; i < RECORDS; i++) {
            assertThat(probe.next()).isEqualTo(i + "@0 r");
        }
    }

    @Test
    void aRequestOfNothingIsAnError() throws Exception {
        for (long n : new long[] {0, -1, Long.MIN_VALUE}) {
            Probe probe = new Probe();
            log.tail(TailStart.beginning()).subscribe(probe);
            probe.subscription().request(n);

            assertThat(probe.next())
                    .isInstanceOfSatisfying(
                            IllegalArgumentException.class,
                            e -> assertThat(e).hasMessageContaining("3.9").hasMessageContaining("n=" + n));
            probe.subscription().request(1);
            append("later");
            awaitTurns();
            assertThat(probe.signals).isEmpty();
        }
    }

    @Test
    void aSubscriberMayCancelFromOnNext() throws Exception {
        for (int i = 0; i < 10; i++) {
            append("r" + i);
        }
        AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();
        Probe probe = new Probe(record -> {
            Flow.Subscription mine = subscription.get();
            if (mine != null && record.sequence() == 3) {
                mine.cancel();
            }
        });
        log.tail(TailStart.beginning()).subscribe(probe);
        subscription.set(probe.subscription());
        probe.subscription().request(Long.MAX_VALUE);
        for (int i = 0; i < 4; i++) {
            probe.next();
        }
        awaitTurns();
        probe.subscription().request(1);
        probe.subscription().request(-1);
        probe.subscription().cancel();
        log.close();

        assertThat(probe.signals).isEmpty();
    }

    @Test
    void aSubscriberMayCancelFromOnSubscribe() throws Exception {
        append("a");
        Probe probe = new Probe() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(10);
                subscription.cancel();
            }
        };
        log.tail(TailStart.beginning()).subscribe(probe);
        awaitTurns();
        log.close();

        assertThat(probe.signals).isEmpty();
    }

    @Test
    void oneThatThrowsIsCancelledAndHurtsNoOther() throws Exception {
        Probe bad = new Probe(record -> {
            throw new IllegalStateException("from onNext, on purpose");
        });
        log.tail(TailStart.beginning()).subscribe(bad);
        bad.subscription().request(Long.MAX_VALUE);
        log.tail(TailStart.beginning()).subscribe(new Probe() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                throw new IllegalStateException("from onSubscribe, on purpose");
            }
        });
        log.tail(TailStart.beginning()).subscribe(new Probe() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(-1);
            }

            @Override
            public void onError(Throwable cause) {
                throw new IllegalStateException("from onError, on purpose");
            }
        });
        Probe good = Probe.unbounded(log.tail(TailStart.beginning()));
        append("a");
        append("b");

        assertThat(good.next()).isEqualTo("0@0 a");
        assertThat(good.next()).isEqualTo("1@0 b");
        assertThat(bad.next()).isEqualTo("0@0 a");
        awaitTurns();
        assertThat(bad.signals).isEmpty();
    }

    // --- threads

    @Test
    void signalsComeFromTheTailThreadAndNeverFromAnAppender() throws Exception {
        List<String> threads = new ArrayList<>();
        Probe probe = new Probe(record -> threads.add(Thread.currentThread().getName())) {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                threads.add(Thread.currentThread().getName());
                super.onSubscribe(subscription);
            }

            @Override
            public void onComplete() {
                threads.add(Thread.currentThread().getName());
                super.onComplete();
            }
        };
        append("a");
        log.tail(TailStart.beginning()).subscribe(probe);
        probe.subscription().request(10);
        append("b");
        probe.next();
        probe.next();
        log.close();

        assertThat(probe.next()).isEqualTo(COMPLETE);
        assertThat(threads)
                .containsExactly(Thread.currentThread().getName(), "netbus-tail", "netbus-tail", "netbus-tail");
    }

    @Test
    void noSubscriberIsAnErrorAtOnce() {
        assertThatNullPointerException()
                .isThrownBy(() -> log.tail(TailStart.beginning()).subscribe(null));
    }

    // --- the end

    @Test
    void closingCompletesThoseWhoKeepUpAfterTheirLastRecord() throws Exception {
        Probe keepsUp = Probe.unbounded(log.tail(TailStart.beginning()));
        Probe asksForNothing = new Probe();
        log.tail(TailStart.beginning()).subscribe(asksForNothing);
        Probe fromTheFuture = Probe.unbounded(log.tail(TailStart.at(1_000_000)));
        for (int i = 0; i < 1_000; i++) {
            append("r");
        }
        log.close();

        for (int i = 0; i < 1_000; i++) {
            assertThat(keepsUp.next()).isEqualTo(i + "@0 r");
        }
        assertThat(keepsUp.next()).isEqualTo(COMPLETE);
        assertThat(asksForNothing.next()).isEqualTo(COMPLETE);
        assertThat(fromTheFuture.next()).isEqualTo(COMPLETE);
    }

    @Test
    void closingAllCompletesThemToo() throws Exception {
        RedexLog other = redex.log("other");
        Probe one = Probe.unbounded(log.tail(TailStart.beginning()));
        Probe two = Probe.unbounded(other.tail(TailStart.beginning()));
        append("a");
        other.append(utf8("b"), 0);
        redex.close();

        assertThat(one.next()).isEqualTo("0@0 a");
        assertThat(one.next()).isEqualTo(COMPLETE);
        assertThat(two.next()).isEqualTo("0@0 b");
        assertThat(two.next()).isEqualTo(COMPLETE);
    }

    @Test
    void whoHoldsTheThreadIsToldThatRecordsAreMissingAndClosingDoesNotWaitForIt() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        Probe holder = new Probe(record -> {
            entered.countDown();
            try {
                assertThat(held.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        log.tail(TailStart.beginning()).subscribe(holder);
        holder.subscription().request(1);
        append("a");
        append("b");
        assertThat(entered.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        holder.subscription().request(1);
        log.close();
        held.countDown();

        assertThat(holder.next()).isEqualTo("0@0 a");
        assertThat(holder.next()).isInstanceOf(LogClosedException.class);
    }

    @Test
    void aSubscriberMayCloseTheLogAndAll() throws Exception {
        append("a");
        Probe closesLog = new Probe(record -> log.close());
        log.tail(TailStart.beginning()).subscribe(closesLog);
        closesLog.subscription().request(Long.MAX_VALUE);

        assertThat(closesLog.next()).isEqualTo("0@0 a");
        assertThat(closesLog.next()).isEqualTo(COMPLETE);

        log = redex.log("next");
        append("b");
        Probe closesAll = new Probe(record -> redex.close());
        log.tail(TailStart.beginning()).subscribe(closesAll);
        closesAll.subscription().request(Long.MAX_VALUE);

        assertThat(closesAll.next()).isEqualTo("0@0 b");
        assertThat(closesAll.next()).isEqualTo(COMPLETE);
    }

    @Test
    void aClosedLogHasNoTail() throws Exception {
        Flow.Publisher<LogRecord> tail = log.tail(TailStart.beginning());
        log.close();

        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> log.tail(TailStart.beginning()));
        assertThat(Probe.unbounded(tail).next()).isInstanceOf(LogClosedException.class);
        Flow.Publisher<LogRecord> next = redex.log("orders").tail(TailStart.end());
        redex.close();
        assertThat(Probe.unbounded(next).next()).isInstanceOf(LogClosedException.class);
    }

    @Test
    void aTailGoesOnWhereAnEarlierOneEnded() throws Exception {
        Probe first = Probe.unbounded(log.tail(TailStart.beginning()));
        append("a");
        assertThat(first.next()).isEqualTo("0@0 a");
        log.close();
        log = redex.log("orders");
        append("b");

        assertThat(Probe.unbounded(log.tail(TailStart.at(1))).next()).isEqualTo("1@0 b");
    }

    @Test
    void closingWhileOthersSubscribeAndAppendLeavesNobodyWithoutAnEnd() throws Exception {
        for (int round = 0; round < 20; round++) {
            List<Probe> probes = new ArrayList<>();
            CountDownLatch ready = new CountDownLatch(2);
            RedexLog closing = redex.log("round-" + round);
            CompletableFuture<?> appending = start(() -> {
                try {
                    for (int i = 0; ; i++) {
                        closing.append(utf8("r"), i);
                        ready.countDown();
                    }
                } catch (LogClosedException e) {
                    ready.countDown();
                }
            });
            CompletableFuture<?> subscribing = start(() -> {
                try {
                    while (probes.size() < 500) {
                        probes.add(Probe.counting(closing.tail(TailStart.end())));
                        ready.countDown();
                    }
                } catch (LogClosedException e) {
                    ready.countDown();
                }
            });
            assertThat(ready.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            closing.close();
            await(appending);
            await(subscribing);
            for (Probe probe : probes) {
                Object end = probe.next();
                if (!COMPLETE.equals(end)) {
                    assertThat(end).isInstanceOf(LogClosedException.class);
                }
            }
        }
    }

    // --- helpers

    private void assertStartsAt(long sequence, TailStart from) throws InterruptedException {
        Probe probe = new Probe();
        log.tail(from).subscribe(probe);
        probe.subscription().request(1);
        assertThat(probe.next()).as(from.toString()).asString().startsWith(sequence + "@");
        probe.subscription().cancel();
    }

    /** Returns when each subscriber has had a turn: two records go from one end of the worker's list to the other. */
    private void awaitTurns() throws InterruptedException {
        RedexLog other = redex.log("turns");
        Probe probe = Probe.unbounded(other.tail(TailStart.end()));
        for (int i = 0; i < 3; i++) {
            other.append(utf8("turn"), 0);
            probe.next();
        }
        probe.subscription().cancel();
    }

    private void append(String text) {
        log.append(utf8(text), 0);
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static RecordBatch batch(String... texts) {
        RecordBatch batch = new RecordBatch(0);
        for (String text : texts) {
            batch.add(utf8(text));
        }
        return batch;
    }

    /** Waits at the cursor on a thread of its own; returns once that thread is parked. */
    private static Waiting waitAt(LogCursor cursor) {
        Waiting waiting = new Waiting(cursor);
        waiting.thread.start();
        while (waiting.thread.getState() != Thread.State.TIMED_WAITING && !waiting.outcome.isDone()) {
            Thread.onSpinWait();
        }
        assertThat(waiting.outcome).isNotDone();
        return waiting;
    }

    private static CompletableFuture<?> start(Task task) {
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
                "tail-contract");
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private static void await(CompletableFuture<?> task)
            throws InterruptedException, ExecutionException, TimeoutException {
        task.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Something that may throw. */
    @FunctionalInterface
    private interface Task {
        void run() throws Exception;
    }

    /** A thread that waits at a cursor, and what comes of it: what await returned or threw. */
    private static final class Waiting {

        private final CompletableFuture<Object> outcome = new CompletableFuture<>();
        private final Thread thread;

        private Waiting(LogCursor cursor) {
            thread = new Thread(
                    () -> {
                        try {
                            outcome.complete(cursor.await(TIMEOUT));
                        } catch (Throwable e) {
                            outcome.complete(e);
                        }
                    },
                    "tail-contract-waiting");
            thread.setDaemon(true);
        }

        private Object outcome() throws Exception {
            return outcome.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Keeps every signal: a record as text, an error as it is, and the end. */
    private static class Probe implements Flow.Subscriber<LogRecord> {

        private final BlockingQueue<Object> signals = new LinkedBlockingQueue<>();
        private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        private final Consumer<LogRecord> then;
        private boolean keeping = true;

        private Probe() {
            this(record -> {});
        }

        /** @param then called in onNext, before the record counts as a signal */
        private Probe(Consumer<LogRecord> then) {
            this.then = then;
        }

        private static Probe unbounded(Flow.Publisher<LogRecord> tail) {
            Probe probe = new Probe();
            tail.subscribe(probe);
            probe.subscription().request(Long.MAX_VALUE);
            return probe;
        }

        /** As unbounded, but keeps the end only. */
        private static Probe counting(Flow.Publisher<LogRecord> tail) {
            Probe probe = new Probe();
            probe.keeping = false;
            tail.subscribe(probe);
            probe.subscription().request(Long.MAX_VALUE);
            return probe;
        }

        private Flow.Subscription subscription() {
            return subscription.join();
        }

        /** The next signal, as soon as it is there. */
        private Object next() throws InterruptedException {
            Object signal = signals.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            assertThat(signal).as("a signal").isNotNull();
            return signal;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
        }

        @Override
        public void onNext(LogRecord record) {
            String text = record.sequence() + "@" + record.timestampNanos() + " "
                    + new String(record.payload(), StandardCharsets.UTF_8);
            try {
                then.accept(record);
            } finally {
                if (keeping) {
                    signals.add(text);
                }
            }
        }

        @Override
        public void onError(Throwable cause) {
            signals.add(cause);
        }

        @Override
        public void onComplete() {
            signals.add(COMPLETE);
        }
    }
}
