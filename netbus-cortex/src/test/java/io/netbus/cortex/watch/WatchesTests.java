package io.netbus.cortex.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netbus.cortex.envelope.ModelEvent;
import io.netbus.cortex.fold.Decision;
import io.netbus.cortex.fold.FaultyLog;
import io.netbus.cortex.fold.Fold;
import io.netbus.cortex.fold.FoldHaltedException;
import io.netbus.cortex.fold.Model;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class WatchesTests {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final Redex redex = Redex.inMemory(RedexConfig.defaults());
    private final FaultyLog log = new FaultyLog(redex.log("cortex/sum"));

    /** Adds up what was written. */
    private final Model<Long> sum = Model.<Long>named("sum", 0L, Long::longValue)
            .on(
                    "sum.raised",
                    1,
                    (state, recorded) ->
                            state + Long.parseLong(new String(recorded.event().body(), UTF_8)))
            .build();

    private final Fold<Long> fold = Fold.open(log, sum, Clock.systemUTC());
    private final WatchThread thread = WatchThread.start();
    private final Watches<Long> watches = thread.watch(fold);

    @AfterEach
    void close() {
        fold.close();
        thread.close();
        redex.close();
    }

    @Test
    void theCurrentResultComesFirst() {
        raise(7);
        StepVerifier.create(watches.watch(Function.identity()))
                .expectNext(7L)
                .thenCancel()
                .verify(LONG);
    }

    @Test
    void eachChangeOfTheResultFollows() {
        StepVerifier.create(watches.watch(Function.identity()))
                .expectNext(0L)
                .then(() -> raise(1))
                .expectNext(1L)
                .then(() -> raise(5))
                .expectNext(6L)
                .thenCancel()
                .verify(LONG);
    }

    @Test
    void aChangeThatLeavesTheResultAsItIsIsNotEmitted() {
        StepVerifier.create(watches.watch(total -> total / 10))
                .expectNext(0L)
                .then(() -> raise(3))
                .then(() -> raise(3))
                .then(() -> raise(30))
                .expectNext(3L)
                .thenCancel()
                .verify(LONG);
    }

    @Test
    void aSlowSubscriberSeesTheNewestAndSkipsThoseBetween() {
        StepVerifier.create(watches.watch(Function.identity()), 0)
                .expectSubscription()
                .then(() -> raise(1))
                .thenRequest(1)
                .expectNext(1L)
                .then(() -> raise(1))
                .then(() -> raise(1))
                .then(() -> raise(1))
                .thenRequest(1)
                .expectNext(4L)
                .thenRequest(5)
                .then(fold::close)
                .expectComplete()
                .verify(LONG);
    }

    @Test
    void nothingIsEmittedThatWasNotAskedFor() {
        List<Long> seen = new ArrayList<>();
        CountDownLatch completed = new CountDownLatch(1);
        watches.watch(Function.<Long>identity()).subscribe(new BaseSubscriber<Long>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(2);
            }

            @Override
            protected void hookOnNext(Long value) {
                seen.add(value);
            }

            @Override
            protected void hookOnComplete() {
                completed.countDown();
            }
        });
        for (int i = 0; i < 1_000; i++) {
            raise(1);
        }
        fold.close();
        await().atMost(LONG).until(() -> completed.getCount() == 0);
        assertThat(seen).hasSizeBetween(1, 2).isSorted();
    }

    @Test
    void closingTheFoldCompletesAfterTheLastState() {
        StepVerifier.create(watches.watch(Function.identity()))
                .expectNext(0L)
                .then(() -> raise(9))
                .then(fold::close)
                .expectNext(9L)
                .expectComplete()
                .verify(LONG);
        await().atMost(LONG).until(() -> watches.subscribers() == 0);
    }

    @Test
    void closingTheThreadCompletesAfterTheLastState() {
        StepVerifier.create(watches.watch(Function.identity()))
                .expectNext(0L)
                .then(() -> raise(9))
                .then(thread::close)
                .expectNext(9L)
                .expectComplete()
                .verify(LONG);
    }

    @Test
    void whoSubscribesAfterCloseGetsTheLastResultAndCompletion() {
        raise(4);
        fold.close();
        StepVerifier.create(watches.watch(Function.identity()))
                .expectNext(4L)
                .expectComplete()
                .verify(LONG);
        thread.close();
        StepVerifier.create(watches.watch(Function.identity()))
                .expectNext(4L)
                .expectComplete()
                .verify(LONG);
        assertThat(watches.subscribers()).isZero();
    }

    @Test
    void aHaltedFoldFailsEveryWatcher() {
        StepVerifier.create(watches.watch(Function.identity()))
                .expectNext(0L)
                .then(() -> {
                    log.failAppends();
                    try {
                        raise(1);
                    } catch (FoldHaltedException expected) {
                        assertThat(expected).hasRootCauseMessage("the disk is gone");
                    }
                })
                .expectErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(FoldHaltedException.class).hasRootCauseMessage("the disk is gone"))
                .verify(LONG);
        StepVerifier.create(watches.watch(Function.identity()), 0)
                .expectError(FoldHaltedException.class)
                .verify(LONG);
    }

    @Test
    void aQueryThatThrowsFailsItsOwnWatcher() {
        Flux<Long> failing = watches.watch(total -> {
            if (total > 1) {
                throw new IllegalStateException("too much");
            }
            return total;
        });
        StepVerifier.create(failing)
                .expectNext(0L)
                .then(() -> raise(2))
                .expectErrorMessage("too much")
                .verify(LONG);
        StepVerifier.create(watches.watch(Function.identity()))
                .expectNext(2L)
                .thenCancel()
                .verify(LONG);
    }

    @Test
    void everythingIsEmittedByTheWatchThread() {
        List<String> threads = new ArrayList<>();
        StepVerifier.create(watches.watch(Function.<Long>identity())
                        .doOnEach(signal -> threads.add(Thread.currentThread().getName())))
                .expectNext(0L)
                .then(() -> raise(1))
                .expectNext(1L)
                .then(fold::close)
                .expectComplete()
                .verify(LONG);
        assertThat(threads).hasSize(3).containsOnly("netbus-watch");
    }

    @Test
    void aSubscriberThatThrowsHurtsNobodyElse() {
        AtomicInteger thrown = new AtomicInteger();
        watches.watch(Function.<Long>identity()).subscribe(new BaseSubscriber<Long>() {
            @Override
            protected void hookOnNext(Long value) {
                thrown.incrementAndGet();
                throw new IllegalStateException("subscriber is broken");
            }

            @Override
            protected void hookOnError(Throwable e) {
                throw new IllegalStateException("and again");
            }
        });
        watches.watch(Function.<Long>identity()).subscribe(new Throwing());
        StepVerifier.create(watches.watch(Function.identity()))
                .expectNext(0L)
                .then(() -> raise(1))
                .expectNext(1L)
                .thenCancel()
                .verify(LONG);
        await().atMost(LONG).until(() -> watches.subscribers() == 0);
        assertThat(thrown).hasValue(1);
    }

    @Test
    void aCancelledWatcherLeavesNothingBehind() {
        List<Disposable> subscriptions = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            subscriptions.add(watches.watch(Function.<Long>identity()).subscribe());
        }
        watches.watch(Function.<Long>identity()).subscribe(new BaseSubscriber<Long>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.cancel();
            }
        });
        subscriptions.forEach(Disposable::dispose);
        await().atMost(LONG).until(() -> watches.subscribers() == 0);
    }

    @Test
    void askingForNothingIsAnError() {
        AtomicReference<Throwable> error = new AtomicReference<>();
        watches.watch(Function.<Long>identity()).subscribe(new BaseSubscriber<Long>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                // BaseSubscriber checks what it is asked for itself, the subscription beneath does not see it
                upstream().request(-1);
            }

            @Override
            protected void hookOnError(Throwable e) {
                error.set(e);
            }
        });
        await().atMost(LONG).until(() -> error.get() != null);
        assertThat(error.get()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("3.9");
    }

    @Test
    void equalQueriesAreAskedOncePerChange() {
        AtomicInteger asked = new AtomicInteger();
        Function<Long, Long> counting = total -> {
            asked.incrementAndGet();
            return total;
        };
        CountDownLatch seen = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            watches.watch(counting).subscribe(total -> {
                if (total == 1) {
                    seen.countDown();
                }
            });
        }
        await().atMost(LONG).until(() -> asked.get() == 1 && watches.subscribers() == 100);
        raise(1);
        await().atMost(LONG).until(() -> seen.getCount() == 0);
        assertThat(asked).hasValue(2);
    }

    @Test
    void manySubscriptionsThatRaceAWriterEndWithTheFinalState() throws Exception {
        int count = 10_000;
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 20_000; i++) {
                raise(1);
            }
        });
        writer.start();
        AtomicInteger unsorted = new AtomicInteger();
        CountDownLatch completed = new CountDownLatch(count);
        long[] last = new long[count];
        for (int i = 0; i < count; i++) {
            int index = i;
            last[index] = -1;
            watches.watch(Function.<Long>identity())
                    .subscribe(
                            total -> {
                                if (total <= last[index]) {
                                    unsorted.incrementAndGet();
                                }
                                last[index] = total;
                            },
                            e -> {},
                            completed::countDown);
        }
        writer.join();
        fold.close();
        assertThat(completed.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(last).containsOnly(20_000L);
        assertThat(unsorted).hasValue(0);
        await().atMost(LONG).until(() -> watches.subscribers() == 0);
    }

    @Test
    void subscriptionsThatRaceTheEndOfTheThreadAllEnd() throws Exception {
        int count = 5_000;
        CountDownLatch ended = new CountDownLatch(count);
        CountDownLatch half = new CountDownLatch(count / 2);
        Thread subscriber = new Thread(() -> {
            for (int i = 0; i < count; i++) {
                watches.watch(Function.<Long>identity()).subscribe(total -> {}, e -> {}, ended::countDown);
                half.countDown();
            }
        });
        subscriber.start();
        assertThat(half.await(60, TimeUnit.SECONDS)).isTrue();
        thread.close();
        subscriber.join();
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(watches.subscribers()).isZero();
    }

    private void raise(long by) {
        fold.write(
                (total, pending) -> {
                    pending.add(
                            new ModelEvent("sum.raised", 1, Long.toString(by).getBytes(UTF_8)));
                    return Decision.APPLY;
                },
                false);
    }

    /** Breaks the rule that a subscriber must not throw, without a framework around it. */
    private static final class Throwing implements CoreSubscriber<Long> {

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Long value) {
            throw new IllegalStateException("subscriber is broken");
        }

        @Override
        public void onError(Throwable e) {}

        @Override
        public void onComplete() {}
    }
}
