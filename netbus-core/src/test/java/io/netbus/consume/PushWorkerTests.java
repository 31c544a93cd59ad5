package io.netbus.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.adapter.AdapterException;
import io.netbus.adapter.RetryableAdapterException;
import io.netbus.event.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@SuppressWarnings("ThreadPriorityCheck") // a yield is no more than a hint to who is waited for
class PushWorkerTests {

    private static final Filter EVEN = Filter.parse("{\"path\":\"even\",\"value\":true}");

    private final AtomicLong clock = new AtomicLong();
    private final PushWorker worker = new PushWorker(clock::get);
    private final MemoryStream[] shards = {new MemoryStream(0), new MemoryStream(1)};
    private final ChannelReader reader = new ChannelReader("orders", List.of(shards), worker, clock::get);

    @Test
    void deliversNothingThatIsNotAskedFor() {
        fill(shards[0], 10);
        Collector collector = subscribe(StreamRequest.fromBeginning());
        drive();
        assertThat(collector.signals).containsExactly("subscribe");
        assertThat(worker.hasWork()).isFalse();
        collector.request(3);
        assertThat(worker.hasWork()).isTrue();
        drive();
        assertThat(collector.events).hasSize(3);
        collector.request(4);
        collector.request(1);
        drive();
        assertThat(collector.events).hasSize(8);
        assertThat(worker.hasWork()).isFalse();
    }

    @Test
    void demandSaturates() {
        fill(shards[0], 600);
        Collector collector = subscribe(StreamRequest.fromBeginning());
        collector.request(Long.MAX_VALUE - 5);
        collector.request(Long.MAX_VALUE);
        drive();
        fill(shards[1], 600);
        drive();
        assertThat(collector.events).hasSize(1_200);
    }

    @Test
    void anIdleWorkerHasNoWorkAndAWriterWakesIt() {
        Collector collector = subscribe(StreamRequest.fromBeginning());
        collector.request(Long.MAX_VALUE);
        drive();
        assertThat(worker.hasWork()).isFalse();
        assertThat(worker.doWork()).isZero();
        fill(shards[1], 1);
        assertThat(worker.hasWork()).isTrue();
        drive();
        assertThat(collector.events).hasSize(1);
    }

    @Test
    void whoeverSubscribesAfterAllWereToCompleteIsNotMeant() {
        Collector before = subscribe(StreamRequest.fromBeginning());
        worker.completeAll(); // the worker has seen neither
        Collector after = subscribe(StreamRequest.fromBeginning());
        after.request(Long.MAX_VALUE);
        drive();
        fill(shards[0], 1);
        drive();

        assertThat(before.signals).containsExactly("subscribe", "complete");
        assertThat(after.events).hasSize(1);
        worker.completeAll();
        drive();
        assertThat(after.signals).endsWith("complete");
    }

    @Test
    void nowIsTheEndWhenSubscribed() {
        fill(shards[0], 5);
        Collector collector = subscribe(StreamRequest.fromNow());
        fill(shards[0], 2);
        fill(shards[1], 1);
        collector.request(Long.MAX_VALUE);
        drive();
        assertThat(collector.events)
                .extracting(StoredEvent::position)
                .extracting(Object::toString)
                .containsExactlyInAnyOrder(
                        "Position[shard=0, sequence=5]",
                        "Position[shard=0, sequence=6]",
                        "Position[shard=1, sequence=0]");
    }

    @Test
    void aCursorIsWhereItGoesOn() {
        fill(shards[0], 10);
        PollResult page = reader.poll(PollRequest.first(4));
        Collector collector = subscribe(StreamRequest.from(page.next()).matching(EVEN));
        collector.request(Long.MAX_VALUE);
        drive();
        assertThat(collector.events).extracting(StoredEvent::sequence).containsExactly(4L, 6L, 8L);
    }

    @Test
    void demandOfZeroOrLessIsAnError() {
        for (long n : new long[] {0, -1, Long.MIN_VALUE}) {
            fill(shards[0], 3);
            Collector collector = subscribe(StreamRequest.fromBeginning());
            collector.request(1);
            collector.request(n);
            drive();
            assertThat(collector.signals).startsWith("subscribe").endsWith("error");
            assertThat(collector.failure)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("n=" + n);
            collector.request(5);
            drive();
            assertThat(collector.signals).endsWith("error");
        }
        assertThat(shards[0].openReaders).hasValue(0);
        assertThat(shards[0].hints()).isZero();
    }

    @Test
    void cancellingInOnNextEndsTheSignalsAtOnce() {
        fill(shards[0], 100);
        Collector collector = new Collector();
        collector.onNext = event -> {
            if (event.sequence() == 6) {
                collector.cancel();
                collector.cancel();
            }
        };
        reader.events(StreamRequest.fromBeginning()).subscribe(collector);
        collector.request(Long.MAX_VALUE);
        drive();
        assertThat(collector.events).hasSize(7);
        collector.request(1);
        collector.request(-1);
        fill(shards[0], 1);
        drive();
        assertThat(collector.signals).hasSize(8);
        assertThat(shards[0].openReaders).hasValue(0);
        assertThat(shards[0].hints()).isZero();
    }

    @Test
    void cancellingOutsideLetsItsReadersAndHintsGo() {
        fill(shards[0], 100);
        Collector one = subscribe(StreamRequest.fromBeginning());
        Collector two = subscribe(StreamRequest.fromBeginning());
        one.request(10);
        two.request(10);
        drive();
        assertThat(shards[0].hints()).as("one for both").isEqualTo(1);
        assertThat(shards[0].openReaders).hasValue(2);
        one.cancel();
        drive();
        assertThat(shards[0].hints()).isEqualTo(1);
        two.cancel();
        drive();
        assertThat(shards[0].hints()).isZero();
        assertThat(shards[0].openReaders).hasValue(0);
        assertThat(one.events).hasSize(10);
    }

    @Test
    void requestsFromOnSubscribeAndOnNextCount() {
        fill(shards[0], 1_000);
        Collector collector = new Collector();
        collector.onNext = event -> collector.request(1);
        collector.onSubscribe = subscription -> subscription.request(1);
        reader.events(StreamRequest.fromBeginning()).subscribe(collector);
        drive();
        assertThat(collector.events).hasSize(1_000);
    }

    @Test
    void aSubscriberThatThrowsIsCancelledAndHurtsNobody() {
        fill(shards[0], 600);
        Collector bad = new Collector();
        bad.onNext = event -> {
            if (event.sequence() == 300) {
                throw new IllegalStateException("on purpose");
            }
        };
        reader.events(StreamRequest.fromBeginning()).subscribe(bad);
        Collector good = subscribe(StreamRequest.fromBeginning());
        bad.request(Long.MAX_VALUE);
        good.request(Long.MAX_VALUE);
        drive();
        assertThat(bad.events).hasSize(301);
        assertThat(bad.signals).doesNotContain("error", "complete");
        assertThat(good.events).hasSize(600);

        Collector worse = new Collector();
        worse.onSubscribe = subscription -> {
            throw new StackOverflowError("on purpose");
        };
        reader.events(StreamRequest.fromBeginning()).subscribe(worse);
        drive();
        assertThat(worse.signals).containsExactly("subscribe");
    }

    @Test
    void aTurnIsBoundedSoThatSubscribersShareTheThread() {
        fill(shards[0], 10_000);
        Collector greedy = subscribe(StreamRequest.fromBeginning());
        Collector modest = subscribe(StreamRequest.fromBeginning());
        greedy.request(Long.MAX_VALUE);
        modest.request(10);
        worker.doWork();
        assertThat(greedy.events).hasSize(PushWorker.TURN_EVENTS);
        assertThat(modest.events).hasSize(10);
    }

    @Test
    void aFilteredSearchIsBoundedSoThatSubscribersShareTheThread() {
        for (int i = 0; i < 50_000; i++) {
            shards[0].append(utf8("{}"));
        }
        AtomicLong ticking = new AtomicLong();
        PushWorker ticker = new PushWorker(ticking::get);
        ChannelReader slow = new ChannelReader(
                "orders", List.of(shards), ticker, () -> ticking.addAndGet(TimeUnit.MICROSECONDS.toNanos(10)));
        Collector searching = new Collector();
        Collector plain = new Collector();
        slow.events(StreamRequest.fromBeginning().matching(EVEN)).subscribe(searching);
        slow.events(StreamRequest.fromBeginning()).subscribe(plain);
        searching.request(1);
        plain.request(1);
        assertThat(ticker.doWork()).isPositive();
        assertThat(plain.events).hasSize(1);
        assertThat(TimeUnit.NANOSECONDS.toMillis(ticking.get())).isLessThan(10);
        while (ticker.doWork() > 0) {
            assertThat(searching.events).isEmpty();
        }
        fill(shards[1], 1);
        while (ticker.doWork() > 0) {
            // on to the end
        }
        assertThat(searching.events).hasSize(1);
    }

    @Test
    void anInvalidCursorIsASignalNotAnException() {
        fill(shards[0], 5);
        Cursor cursor = reader.end();
        shards[0].rewriteFrom(2);
        Collector collector = subscribe(StreamRequest.from(cursor));
        assertThat(collector.signals).containsExactly("subscribe", "error");
        assertThat(collector.failure).isInstanceOf(InvalidCursorException.class);
        collector.request(1);
        collector.cancel();
        assertThatThrownBy(() -> reader.events(StreamRequest.fromNow()).subscribe(null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void anEventThatCannotBeReadFailsAfterThoseBeforeIt() {
        fill(shards[0], 10);
        AdapterException failure = new AdapterException("bad sector", null);
        shards[0].readFailure = failure;
        shards[0].failureAt = 4;
        Collector collector = subscribe(StreamRequest.fromBeginning());
        collector.request(Long.MAX_VALUE);
        drive();
        assertThat(collector.events).hasSize(4);
        assertThat(collector.signals).endsWith("error");
        assertThat(collector.failure).isSameAs(failure);
        assertThat(shards[0].openReaders).hasValue(0);
    }

    @Test
    void aBackendThatFailsForNowIsAskedAgain() {
        fill(shards[0], 10);
        shards[0].readFailure = new RetryableAdapterException("away", null);
        shards[0].failureAt = 4;
        Collector collector = subscribe(StreamRequest.fromBeginning());
        collector.request(Long.MAX_VALUE);
        drive();
        assertThat(collector.events).hasSize(4);
        assertThat(worker.hasWork()).as("not before its time").isFalse();
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        drive();
        assertThat(collector.events).hasSize(4);
        shards[0].readFailure = null;
        drive();
        assertThat(collector.events).hasSize(4);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(worker.hasWork()).isTrue();
        drive();
        assertThat(collector.events).hasSize(10);
    }

    @Test
    void aSubscriberWithNothingToDoGivesItsReadersBack() {
        fill(shards[0], 10);
        Collector collector = subscribe(StreamRequest.fromBeginning());
        collector.request(5);
        drive();
        assertThat(shards[0].openReaders).hasValue(1);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
        drive();
        assertThat(shards[0].openReaders).hasValue(0);
        collector.request(5);
        drive();
        assertThat(collector.events)
                .extracting(StoredEvent::sequence)
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(shards[0].readersOpened).hasValue(2);
    }

    @Test
    void closingDeliversWhatIsStoredThenCompletes() {
        fill(shards[0], 1_000);
        Collector greedy = subscribe(StreamRequest.fromBeginning());
        Collector satisfied = subscribe(StreamRequest.fromBeginning());
        Collector patient = subscribe(StreamRequest.fromNow());
        greedy.request(Long.MAX_VALUE);
        satisfied.request(10);
        patient.request(1);
        assertThat(worker.close(Duration.ofSeconds(5))).isFalse();
        assertThat(worker.hasWork()).isTrue();
        drive();
        assertThat(greedy.events).hasSize(1_000);
        assertThat(satisfied.events).hasSize(10);
        assertThat(List.of(greedy, satisfied, patient))
                .allSatisfy(collector -> assertThat(collector.signals).endsWith("complete"));
        assertThat(worker.close(Duration.ofSeconds(5))).isTrue();
        assertThat(worker.hasWork()).isFalse();

        Collector late = subscribe(StreamRequest.fromBeginning());
        assertThat(late.signals).containsExactly("subscribe", "error");
        assertThat(late.failure).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    @Test
    void closingCutsShortAtItsDeadline() {
        fill(shards[0], 1_000);
        Collector collector = subscribe(StreamRequest.fromBeginning());
        collector.request(Long.MAX_VALUE);
        worker.close(Duration.ofSeconds(1));
        worker.doWork();
        clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
        drive();
        assertThat(collector.events).hasSizeLessThan(1_000);
        assertThat(collector.signals).endsWith("error");
        assertThat(collector.failure).isInstanceOf(IllegalStateException.class).hasMessageContaining("orders");
        assertThat(worker.close(Duration.ZERO)).isTrue();
    }

    @Test
    void aThreadOfItsOwnPushesAMillionEvents() throws Exception {
        int total = 1_000_000;
        try (PushWorker pushing = PushWorker.start()) {
            MemoryStream[] four =
                    IntStream.range(0, 4).mapToObj(MemoryStream::new).toArray(MemoryStream[]::new);
            ChannelReader channel = new ChannelReader("orders", List.of(four), pushing);
            Ordered fast = new Ordered(4, total);
            Ordered slow = new Ordered(4, total);
            slow.batch = 7;
            channel.events(StreamRequest.fromBeginning()).subscribe(fast);
            channel.events(StreamRequest.fromBeginning()).subscribe(slow);
            CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < total; i++) {
                    four[i & 3].append(new byte[] {(byte) i});
                }
            });
            written.get();
            fast.done.get(60, TimeUnit.SECONDS);
            slow.done.get(60, TimeUnit.SECONDS);
            assertThat(fast.threads()).containsExactly("netbus-push");
            assertThat(pushing.close(Duration.ofSeconds(10))).isTrue();
            assertThat(fast.completed).isTrue();
            assertThat(slow.completed).isTrue();
            assertThat(four).allSatisfy(shard -> assertThat(shard.openReaders).hasValue(0));
        }
    }

    @Test
    void aSlowSubscriberOnAnotherThreadLosesNothing() throws Exception {
        int total = 20_000;
        try (PushWorker pushing = PushWorker.start()) {
            ChannelReader channel = new ChannelReader("orders", List.of(shards), pushing);
            Ordered subscriber = new Ordered(2, total);
            subscriber.batch = 0;
            channel.events(StreamRequest.fromBeginning()).subscribe(subscriber);
            CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> {
                Random random = new Random(1);
                while (!subscriber.done.isDone()) {
                    subscriber.subscription.get().request(1 + random.nextInt(20));
                    Thread.yield();
                }
            });
            for (int i = 0; i < total; i++) {
                shards[i & 1].append(new byte[] {(byte) i});
            }
            subscriber.done.get(60, TimeUnit.SECONDS);
            asking.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void cancellingFromOtherThreadsWhileEventsComeNeverBreaksTheWorker() throws Exception {
        try (PushWorker pushing = PushWorker.start()) {
            ChannelReader channel = new ChannelReader("orders", List.of(shards), pushing);
            AtomicInteger left = new AtomicInteger(2_000);
            fill(shards[0], 1);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                while (left.get() > 0) {
                    fill(shards[0], 1);
                    Thread.yield();
                }
            });
            while (left.decrementAndGet() > 0) {
                Collector collector = new Collector();
                channel.events(StreamRequest.fromNow()).subscribe(collector);
                collector.request(1 + left.get() % 3);
                collector.cancel();
            }
            writing.get(60, TimeUnit.SECONDS);
            Ordered last = new Ordered(2, 0);
            last.expected = shards[0].nextSequence();
            channel.events(StreamRequest.fromBeginning()).subscribe(last);
            last.done.get(60, TimeUnit.SECONDS);
            assertThat(pushing.close(Duration.ofSeconds(10))).isTrue();
            assertThat(shards[0].openReaders).hasValue(0);
            assertThat(shards[0].hints()).isZero();
        }
    }

    @Test
    void closingFromASubscriberDoesNotWaitForItself() throws Exception {
        PushWorker pushing = PushWorker.start();
        ChannelReader channel = new ChannelReader("orders", List.of(shards), pushing);
        CountDownLatch completed = new CountDownLatch(1);
        Collector collector = new Collector();
        collector.onNext = event -> pushing.close();
        collector.onComplete = completed::countDown;
        channel.events(StreamRequest.fromBeginning()).subscribe(collector);
        collector.request(Long.MAX_VALUE);
        fill(shards[0], 1);
        assertThat(completed.await(60, TimeUnit.SECONDS)).isTrue();
        pushing.close();
    }

    @Test
    void randomSubscribersSeeWhatTheStreamsHold() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            MemoryStream[] some = IntStream.range(0, 1 + random.nextInt(5))
                    .mapToObj(MemoryStream::new)
                    .toArray(MemoryStream[]::new);
            PushWorker push = new PushWorker(clock::get);
            ChannelReader channel = new ChannelReader("orders", List.of(some), push, clock::get);
            List<Collector> collectors = new ArrayList<>();
            List<Filter> filters = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                switch (random.nextInt(8)) {
                    case 0 -> {
                        if (collectors.size() < 10) {
                            Collector collector = new Collector();
                            filters.add(random.nextBoolean() ? EVEN : null);
                            collectors.add(collector);
                            channel.events(StreamRequest.fromBeginning().matching(filters.get(filters.size() - 1)))
                                    .subscribe(collector);
                        }
                    }
                    case 1, 2 -> {
                        if (!collectors.isEmpty()) {
                            collectors.get(random.nextInt(collectors.size())).request(1 + random.nextInt(30));
                        }
                    }
                    case 3 -> push.doWork();
                    default -> fill(some[random.nextInt(some.length)], 1);
                }
            }
            collectors.forEach(collector -> collector.request(Long.MAX_VALUE));
            push.close();
            while (push.doWork() > 0) {
                // on to the end
            }
            for (int i = 0; i < collectors.size(); i++) {
                Collector collector = collectors.get(i);
                int step = filters.get(i) == null ? 1 : 2;
                assertThat(collector.signals).as("seed=" + seed).endsWith("complete");
                for (MemoryStream shard : some) {
                    List<Long> expected = new ArrayList<>();
                    for (long sequence = 0; sequence < shard.nextSequence(); sequence += step) {
                        expected.add(sequence);
                    }
                    assertThat(collector.events.stream()
                                    .filter(event -> event.shard() == shard.shard())
                                    .map(StoredEvent::sequence))
                            .as("seed=" + seed)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private Collector subscribe(StreamRequest request) {
        Collector collector = new Collector();
        reader.events(request).subscribe(collector);
        return collector;
    }

    private void drive() {
        while (worker.doWork() > 0) {
            // until it is idle
        }
    }

    private static void fill(MemoryStream shard, int count) {
        for (int i = 0; i < count; i++) {
            long sequence = shard.nextSequence();
            shard.append(utf8("{\"n\":" + sequence + ",\"even\":" + (sequence % 2 == 0) + "}"));
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Keeps its signals, and asks for nothing by itself. */
    private static final class Collector implements Flow.Subscriber<StoredEvent> {

        final List<String> signals = new ArrayList<>();
        final List<StoredEvent> events = new ArrayList<>();
        Consumer<Flow.Subscription> onSubscribe = subscription -> {};
        Consumer<StoredEvent> onNext = event -> {};
        Runnable onComplete = () -> {};

        @Nullable
        Throwable failure;

        private Flow.@Nullable Subscription subscription;

        private Flow.Subscription subscribed() {
            return Objects.requireNonNull(subscription, "onSubscribe comes first");
        }

        void request(long n) {
            subscribed().request(n);
        }

        void cancel() {
            subscribed().cancel();
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            signals.add("subscribe");
            subscription = given;
            onSubscribe.accept(given);
        }

        @Override
        public void onNext(StoredEvent event) {
            signals.add("next");
            events.add(event);
            onNext.accept(event);
        }

        @Override
        public void onError(Throwable thrown) {
            signals.add("error");
            failure = thrown;
        }

        @Override
        public void onComplete() {
            signals.add("complete");
            onComplete.run();
        }
    }

    /** Wants each event of each shard once and in order; asks for {@link #batch} when it got the last. */
    private static final class Ordered implements Flow.Subscriber<StoredEvent> {

        final CompletableFuture<Void> done = new CompletableFuture<>();
        final AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
        final List<String> threads = new ArrayList<>();
        long batch = Long.MAX_VALUE;
        long expected;
        volatile boolean completed;
        private final long[] next;
        private long seen;
        private long open;

        Ordered(int shards, long expected) {
            this.next = new long[shards];
            this.expected = expected;
        }

        List<String> threads() {
            return threads;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.set(given);
            ask();
        }

        @Override
        public void onNext(StoredEvent event) {
            String thread = Thread.currentThread().getName();
            if (!threads.contains(thread)) {
                threads.add(thread);
            }
            if (event.sequence() != next[event.shard()]++) {
                done.completeExceptionally(new AssertionError("expected " + (next[event.shard()] - 1) + ": " + event));
            }
            if (++seen == expected) {
                done.complete(null);
            }
            if (--open == 0) {
                ask();
            }
        }

        @Override
        public void onError(Throwable thrown) {
            done.completeExceptionally(thrown);
        }

        @Override
        public void onComplete() {
            completed = true;
        }

        private void ask() {
            if (batch > 0) {
                open = batch;
                subscription.get().request(batch);
            }
        }
    }
}
