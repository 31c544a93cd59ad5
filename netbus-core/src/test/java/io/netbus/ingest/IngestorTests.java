package io.netbus.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netbus.event.Event;
import io.netbus.event.IngestResult;
import io.netbus.event.Position;
import io.netbus.shard.Shard;
import io.netbus.shard.ShardCounters;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IngestorTests {

    private static final int MAX_PAYLOAD_BYTES = 1000;
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    private final Shard shard = new Shard(0, 2 * 1024 * 1024);
    private final AtomicLong clock = new AtomicLong(1_000_000_000_000L);
    private boolean failed;

    @Test
    void aPayloadAboveTheLimitIsRefusedAndCounted() {
        Ingestor ingestor = ingestor(0);

        assertThat(ingestor.offer(new byte[2000], 0, 1001)).isEqualTo(IngestResult.TOO_LARGE);
        assertThat(ingestor.offer("key", new byte[1001])).isEqualTo(IngestResult.TOO_LARGE);
        assertThat(ingestor.offer(Event.of(new byte[1001]))).isEqualTo(IngestResult.TOO_LARGE);
        assertThat(ingestor.offer(new byte[2000], 0, 1000)).isEqualTo(IngestResult.ACCEPTED);
        assertThat(counters().refused).isEqualTo(3);
        assertThat(counters().offered).isEqualTo(4);
    }

    @Test
    void waitingForRoomEndsWithTheTimeout() {
        Ingestor ingestor = ingestor(TimeUnit.MILLISECONDS.toNanos(5));
        fill(ingestor(0));

        assertThat(ingestor.offer(new byte[1000], 0, 1000)).isEqualTo(IngestResult.TIMED_OUT);
        assertThat(counters().timedOut).isEqualTo(1);
    }

    @Test
    void waitingForRoomEndsWhenThereIsSome() throws InterruptedException {
        Ingestor ingestor = ingestor(Duration.ofMinutes(1).toNanos());
        fill(ingestor(0));
        CompletableFuture<IngestResult> result = new CompletableFuture<>();
        CountDownLatch started = new CountDownLatch(1);
        Thread producer = new Thread(() -> {
            started.countDown();
            result.complete(ingestor.offer(new byte[1000], 0, 1000));
        });
        producer.start();
        started.await();
        drain();
        producer.join();

        assertThat(result.join()).isEqualTo(IngestResult.ACCEPTED);
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() throws InterruptedException {
        Ingestor ingestor = ingestor(Duration.ofMinutes(10).toNanos());
        fill(ingestor(0));
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread producer = new Thread(() -> {
            IngestResult outcome = ingestor.offer(new byte[1000], 0, 1000);
            result.complete(outcome + " " + Thread.currentThread().isInterrupted());
        });
        producer.start();
        producer.interrupt();
        producer.join();

        assertThat(result.join()).isEqualTo("TIMED_OUT true");
    }

    @Test
    void argumentsThatDoNotFitLeaveTheSharedLanesUsable() throws InterruptedException {
        Ingestor ingestor = ingestor(0);
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < 64; i++) { // takes every lane a thread may own, so that those after it share
            CountDownLatch offered = new CountDownLatch(1);
            Thread owner = new Thread(() -> {
                ingestor.offer(new byte[1], 0, 1);
                offered.countDown();
                await(done);
            });
            owner.start();
            offered.await();
        }
        for (int i = 0; i < 8; i++) {
            CompletableFuture<Void> checked = CompletableFuture.runAsync(
                    () -> {
                        byte[] payload = new byte[10];
                        for (int[] range : new int[][] {{0, 11}, {-1, 5}, {5, -1}, {5, Integer.MIN_VALUE}, {11, 0}}) {
                            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                                    .isThrownBy(() -> ingestor.offer(payload, range[0], range[1]));
                        }
                        assertThat(ingestor.offer(payload, 5, 5)).isEqualTo(IngestResult.ACCEPTED);
                    },
                    task -> new Thread(task).start());
            checked.join();
        }
        done.countDown();
        ShardCounters counters = counters();
        assertThat(counters.offered).isEqualTo(64 + 8).isEqualTo(counters.accepted);
    }

    @Test
    void anOfferThatThrowsGivesItsIdBack() {
        AtomicInteger asked = new AtomicInteger();
        Ingestor ingestor = new Ingestor(
                new Ingestor.Gate[] {
                    new Ingestor.Gate(shard, () -> {}, () -> {
                        if (asked.getAndIncrement() == 0) {
                            throw new IllegalStateException("on purpose");
                        }
                        return false;
                    })
                },
                MAX_PAYLOAD_BYTES,
                0,
                WINDOW_NANOS,
                clock::get);
        Event event = Event.builder(new byte[1]).id("d-1").build();

        assertThatIllegalStateException().isThrownBy(() -> ingestor.offer(event));
        assertThat(ingestor.offer(event)).isEqualTo(IngestResult.ACCEPTED);
    }

    @Test
    void anInterruptEndsTheWaitForAnotherOfferOfTheSameId() throws InterruptedException {
        Ingestor ingestor = ingestor(Duration.ofMinutes(10).toNanos());
        fill(ingestor(0));
        Event event = Event.builder(new byte[1000]).id("d-1").build();
        Thread first = new Thread(() -> ingestor.offer(event));
        first.start();
        while (ingestor.rememberedIds() == 0) {
            Thread.onSpinWait();
        }
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread repeat = new Thread(() -> {
            IngestResult outcome = ingestor.offer(event);
            result.complete(outcome + " " + Thread.currentThread().isInterrupted());
        });
        repeat.start();
        repeat.interrupt();
        repeat.join();

        assertThat(result.join()).isEqualTo("TIMED_OUT true");
        assertThat(first.isAlive()).isTrue();
        drain();
        first.join();
        assertThat(ingestor.offer(event)).isEqualTo(IngestResult.DUPLICATE);
    }

    @Test
    void aFailedWayOutRefuses() {
        Ingestor ingestor = ingestor(0);
        failed = true;

        assertThat(ingestor.offer(new byte[1], 0, 1)).isEqualTo(IngestResult.UNAVAILABLE);
        assertThat(counters().refused).isEqualTo(1);
    }

    @Test
    void aKeyAlwaysGoesToTheSameShardAndKeysSpreadEvenly() {
        ShardRouter router = new ShardRouter(7);
        int[] hits = new int[7];
        for (int i = 0; i < 70_000; i++) {
            byte[] key = ("key-" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            int one = router.shardOfHash(ShardRouter.hash(key));
            assertThat(router.shardOfHash(ShardRouter.hash(key.clone()))).isEqualTo(one);
            hits[one]++;
        }
        assertThat(Arrays.stream(hits).boxed()).allMatch(count -> count > 9_000 && count < 11_000);
    }

    @Test
    void theHashOfAKeyNeverChanges() {
        // stored logs depend on it: the reference values of XXH3, 64 bits, seed 0
        assertThat(ShardRouter.hash(new byte[0])).isEqualTo(0x2D06800538D394C2L);
        assertThat(ShardRouter.hash("abc".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(0x78AF5F94892F3950L);
    }

    @Test
    void anIdIsForgottenWhenItsWindowHasPassed() {
        Ingestor ingestor = ingestor(0);
        Event event = Event.builder(new byte[1]).id("d-1").build();
        ingestor.restoreId("d-0", clock.get() - WINDOW_NANOS - 1, new Position(0, 0));
        ingestor.restoreId("d-2", clock.get() - 1, new Position(0, 1));

        assertThat(ingestor.offer(event)).isEqualTo(IngestResult.ACCEPTED);
        assertThat(ingestor.offer(event)).isEqualTo(IngestResult.DUPLICATE);
        assertThat(ingestor.offer(Event.builder(new byte[1]).id("d-0").build())).isEqualTo(IngestResult.ACCEPTED);
        assertThat(ingestor.offer(Event.builder(new byte[1]).id("d-2").build())).isEqualTo(IngestResult.DUPLICATE);
        clock.addAndGet(WINDOW_NANOS + 1);
        assertThat(ingestor.offer(event)).isEqualTo(IngestResult.ACCEPTED);
        assertThat(ingestor.rememberedIds()).isEqualTo(1);
    }

    @Test
    void oneOfManyThreadsThatOfferTheSameIdIsAccepted() throws InterruptedException {
        Ingestor ingestor = ingestor(0);
        for (int round = 0; round < 500; round++) {
            Event event = Event.builder(new byte[1]).id("d-" + round).build();
            AtomicLong accepted = new AtomicLong();
            Thread[] threads = new Thread[4];
            for (int t = 0; t < threads.length; t++) {
                threads[t] = new Thread(() -> {
                    if (ingestor.offer(event).isAccepted()) {
                        accepted.incrementAndGet();
                    }
                });
                threads[t].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(accepted).as("round=%d", round).hasValue(1);
        }
    }

    private Ingestor ingestor(long blockNanos) {
        return new Ingestor(
                new Ingestor.Gate[] {new Ingestor.Gate(shard, () -> {}, () -> failed)},
                MAX_PAYLOAD_BYTES,
                blockNanos,
                WINDOW_NANOS,
                clock::get);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void fill(Ingestor ingestor) {
        while (ingestor.offer(new byte[1000], 0, 1000).isAccepted()) {
            // until the budget is used up
        }
    }

    private void drain() {
        shard.lock().lock();
        try {
            shard.drain((bytes, offset, length, receipt) -> true);
        } finally {
            shard.lock().unlock();
        }
    }

    private ShardCounters counters() {
        ShardCounters counters = new ShardCounters();
        shard.lock().lock();
        try {
            assertThat(shard.trySnapshot(counters)).isTrue();
        } finally {
            shard.lock().unlock();
        }
        return counters;
    }
}
