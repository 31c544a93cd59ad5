package io.netbus.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netbus.adapter.AdapterException;
import io.netbus.adapter.RetryableAdapterException;
import io.netbus.event.Event;
import io.netbus.event.IngestResult;
import io.netbus.event.ShardStats;
import io.netbus.ingest.Ingestor;
import io.netbus.shard.Lane;
import io.netbus.shard.Shard;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The worker is turned by hand, so nothing here depends on time but the retries. */
class BatchWorkerTests {

    private static final int MAX_BATCH_EVENTS = 100;
    private static final Duration GENEROUS = Duration.ofSeconds(30);

    private final Shard shard = new Shard(0, 8 * 1024 * 1024);
    private final FakeStream stream = new FakeStream();
    private final BatchWorker worker = new BatchWorker("test-0", shard, stream, MAX_BATCH_EVENTS, () -> 42L);
    private final Ingestor ingestor = new Ingestor(
            new Ingestor.Gate[] {new Ingestor.Gate(shard, () -> {}, worker::isFailed)},
            1024 * 1024,
            0,
            Duration.ofDays(7).toNanos(),
            () -> 42L);

    @Test
    void writesWhatLiesInTheLanesInBatchesOfAtMostTheLimit() {
        for (int i = 0; i < 250; i++) {
            offer(i);
        }
        int turns = 0;
        while (worker.doWork() > 0) {
            turns++;
        }

        assertThat(turns).isEqualTo(3);
        assertThat(stream.batchSizes).containsExactly(100, 100, 50);
        assertThat(stream.events).hasSize(250);
        for (int i = 0; i < 250; i++) {
            assertThat(stream.events.get(i).payload().getInt()).isEqualTo(i);
        }
        assertLaw(250, 250, 0);
    }

    @Test
    void aSingleEventLeavesAtOnce() {
        offer(1);

        assertThat(worker.hasWork()).isTrue();
        assertThat(worker.doWork()).isEqualTo(1);
        assertThat(worker.hasWork()).isFalse();
        assertThat(worker.doWork()).isZero();
    }

    @Test
    void anEventLargerThanABatchGoesAlone() {
        offer(1);
        ingestor.offer(new byte[900_000], 0, 900_000);
        offer(2);
        while (worker.doWork() > 0) {
            // until the lanes are empty
        }

        assertThat(stream.events).hasSize(3);
        assertLaw(3, 3, 0);
    }

    @Test
    void aRetryableFailureKeepsTheBatchAndItsOrder() {
        stream.failure = new RetryableAdapterException("busy", null);
        stream.failuresLeft = 3;
        for (int i = 0; i < 10; i++) {
            offer(i);
        }
        worker.doWork();

        assertThat(worker.stats().state()).isEqualTo(ShardStats.State.RETRYING);
        assertThat(worker.stats().lastError()).isEqualTo("busy");
        assertLaw(10, 0, 10);

        offer(10);
        await().atMost(GENEROUS).until(() -> {
            worker.doWork();
            return stream.events.size() == 11;
        });
        assertThat(stream.events.stream().map(event -> event.payload().getInt()))
                .isSorted();
        assertThat(worker.stats().state()).isEqualTo(ShardStats.State.RUNNING);
        assertLaw(11, 11, 0);
    }

    @Test
    void aFinalFailureRefusesWhatComesAndTellsWhoWaits() {
        stream.failure = new AdapterException("disk gone", null);
        Ingestor.Ticket first = ingestor.offerForTicket(Event.of(new byte[1]));
        worker.doWork();
        assertThat(first.position()).isCompletedExceptionally();
        assertThat(ingestor.offer(new byte[1], 0, 1)).isEqualTo(IngestResult.UNAVAILABLE);
        CompletableFuture<Void> barrier = worker.barrier().toCompletableFuture();
        worker.doWork();
        assertThat(barrier).isCompletedExceptionally();

        ShardStats stats = worker.stats();
        assertThat(stats.state()).isEqualTo(ShardStats.State.FAILED);
        assertThat(stats.lastError()).isEqualTo("disk gone");
        assertThat(stats.refused()).isEqualTo(1);
        assertThat(stats.queued()).isEqualTo(1);
        assertThat(stats.isConserved()).isTrue();

        worker.onStop();
        assertThat(worker.stats().lostAtClose()).isEqualTo(1);
        assertThat(worker.stats().isConserved()).isTrue();
    }

    @Test
    void anErrorOfTheAdapterIsFinalSoThatNothingIsStoredTwice() {
        stream.errorAfterWrite = new StackOverflowError("on purpose");
        Ingestor.Ticket ticket = ingestor.offerForTicket(Event.of(new byte[1]));
        worker.doWork();
        worker.doWork();

        assertThat(stream.events).hasSize(1);
        assertThat(ticket.position()).isCompletedExceptionally();
        assertThat(worker.stats().state()).isEqualTo(ShardStats.State.FAILED);
        assertThat(worker.stats().lastError()).contains("on purpose");
        assertLaw(1, 0, 1);
    }

    @Test
    void givingUpWhileTheAdapterHangsLosesTheLanesAndTellsWhoWaits() {
        Ingestor.Ticket inHand = ingestor.offerForTicket(Event.of(new byte[1]));
        List<Ingestor.Ticket> inLane = new ArrayList<>();
        stream.onWrite = () -> { // as if another thread gave up during the write
            inLane.add(ingestor.offerForTicket(Event.of(new byte[1])));
            inLane.add(ingestor.offerForTicket(Event.of(new byte[1])));
            CompletableFuture<Void> barrier = worker.barrier().toCompletableFuture();
            worker.giveUp();

            assertThat(barrier).isCompletedExceptionally();
            assertThat(worker.barrier().toCompletableFuture()).isCompletedExceptionally();
            assertThat(inHand.position()).isCompletedExceptionally();
            assertThat(inLane).allMatch(ticket -> ticket.position().isCompletedExceptionally());
            assertThat(ingestor.offer(new byte[1], 0, 1)).isEqualTo(IngestResult.CLOSED);
            ShardStats stats = worker.stats();
            assertThat(stats.state()).isEqualTo(ShardStats.State.CLOSED);
            assertThat(stats.lostAtClose()).isEqualTo(2);
            assertThat(stats.queued()).isEqualTo(1);
            assertThat(stats.isConserved()).isTrue();
        };
        worker.doWork();

        assertThat(inLane).hasSize(2);
        assertThat(worker.stats().acknowledged()).isEqualTo(1);
        assertThat(worker.stats().state()).isEqualTo(ShardStats.State.CLOSED);
        worker.onStop();
        assertThat(worker.stats().lostAtClose()).isEqualTo(2);
        assertLaw(3, 1, 0);
    }

    @Test
    void aBatchThatFailsAfterItWasGivenUpIsLost() {
        for (RuntimeException failure :
                List.of(new RetryableAdapterException("busy", null), new AdapterException("disk gone", null))) {
            Shard closing = new Shard(0, 8 * 1024 * 1024);
            FakeStream failing = new FakeStream();
            BatchWorker worker = new BatchWorker("test-0", closing, failing, MAX_BATCH_EVENTS, () -> 42L);
            failing.failure = failure;
            failing.onWrite = worker::giveUp;
            offerTo(closing);
            worker.doWork();

            assertThat(worker.stats().state()).isEqualTo(ShardStats.State.CLOSED);
            assertThat(worker.stats().queued()).isEqualTo(1);
            worker.onStop();
            assertThat(worker.stats().lostAtClose()).isEqualTo(1);
            assertThat(worker.stats().isConserved()).isTrue();
        }
    }

    @Test
    void aBarrierOnAClosedShardIsReachedOnlyWhenNothingCanFollow() {
        Lane late = shard.claim(); // a producer that found the shard open and has not published yet
        assertThat(late.reserve(1)).isTrue();
        late.buffer()[late.offset()] = 0x10;
        shard.close();
        CompletableFuture<Void> barrier = worker.barrier().toCompletableFuture();
        stream.onWrite = () -> assertThat(barrier).isNotDone();
        assertThat(late.commit(1, null)).isTrue();
        shard.release(late);
        worker.doWork();
        assertThat(stream.events).hasSize(1);
        assertThat(barrier).isCompleted();

        Lane tooLate = shard.claim();
        assertThat(tooLate.reserve(1)).isTrue();
        assertThat(tooLate.commit(1, null)).isFalse();
        shard.release(tooLate);
        worker.onStop();
        assertLaw(1, 1, 0);
        assertThat(worker.stats().rejected()).isEqualTo(1);
        assertThat(worker.stats().lostAtClose()).isZero();
    }

    @Test
    void aBarrierWaitsForWhatWasAcceptedBeforeItAndForNothingAfter() {
        for (int i = 0; i < 150; i++) {
            offer(i);
        }
        CompletableFuture<Void> barrier = worker.barrier().toCompletableFuture();
        worker.doWork();
        assertThat(barrier).isNotDone();
        offer(150);
        worker.doWork();
        assertThat(barrier).isCompleted();
    }

    @Test
    void aBarrierOverNothingCompletesAtTheNextTurn() {
        CompletableFuture<Void> barrier = worker.barrier().toCompletableFuture();
        assertThat(worker.hasWork()).isTrue();
        worker.doWork();
        assertThat(barrier).isCompleted();
    }

    @Test
    void stoppingCountsWhatIsLeftAsLostAndTellsWhoWaits() {
        Ingestor.Ticket ticket = ingestor.offerForTicket(Event.of(new byte[1]));
        CompletableFuture<Void> barrier = worker.barrier().toCompletableFuture();
        shard.close();
        worker.onStop();

        assertThat(ticket.position()).isCompletedExceptionally();
        assertThat(barrier).isCompletedExceptionally();
        assertThat(worker.barrier().toCompletableFuture()).isCompletedExceptionally();
        assertThat(ingestor.offer(new byte[1], 0, 1)).isEqualTo(IngestResult.CLOSED);
        ShardStats stats = worker.stats();
        assertThat(stats.lostAtClose()).isEqualTo(1);
        assertThat(stats.rejected()).isEqualTo(1);
        assertThat(stats.isConserved()).isTrue();
    }

    @Test
    void anIdIsAcceptedOnceAndTheRepeatGetsTheFirstOnesPosition() {
        offer(0);
        Event event = Event.builder(new byte[] {1}).id("d-1").build();
        Ingestor.Ticket first = ingestor.offerForTicket(event);
        Ingestor.Ticket repeat = ingestor.offerForTicket(event);
        assertThat(ingestor.offer(event)).isEqualTo(IngestResult.DUPLICATE);
        worker.doWork();

        assertThat(first.outcome()).isEqualTo(IngestResult.ACCEPTED);
        assertThat(repeat.outcome()).isEqualTo(IngestResult.DUPLICATE);
        assertThat(repeat.position().join()).isEqualTo(first.position().join());
        assertThat(first.position().join().sequence()).isEqualTo(1);
        assertThat(stream.events).hasSize(2);
        assertThat(worker.stats().duplicate()).isEqualTo(2);
        assertThat(worker.stats().isConserved()).isTrue();
    }

    @Test
    void anIdThatWasRefusedMayComeAgain() {
        while (ingestor.offer(new byte[1000], 0, 1000).isAccepted()) {
            // use up the budget
        }
        Event event = Event.builder(new byte[2000]).id("d-1").build();
        assertThat(ingestor.offer(event)).isEqualTo(IngestResult.FULL);
        while (worker.doWork() > 0) {
            // make room
        }

        assertThat(ingestor.offer(event)).isEqualTo(IngestResult.ACCEPTED);
        assertThat(ingestor.offer(event)).isEqualTo(IngestResult.DUPLICATE);
    }

    private void offer(int number) {
        byte[] payload = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
        assertThat(ingestor.offer(payload, 0, payload.length)).isEqualTo(IngestResult.ACCEPTED);
    }

    private static void offerTo(Shard shard) {
        Lane lane = shard.claim();
        assertThat(lane.reserve(1)).isTrue();
        assertThat(lane.commit(1, null)).isTrue();
        shard.release(lane);
    }

    private void assertLaw(long accepted, long acknowledged, long queued) {
        ShardStats stats = worker.stats();
        assertThat(stats.isConserved()).as(stats.toString()).isTrue();
        assertThat(stats.accepted()).isEqualTo(accepted);
        assertThat(stats.acknowledged()).isEqualTo(acknowledged);
        assertThat(stats.queued()).isEqualTo(queued);
    }
}
