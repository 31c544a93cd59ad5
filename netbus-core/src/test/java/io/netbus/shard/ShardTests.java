package io.netbus.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ThreadPriorityCheck") // a yield is no more than a hint to who is waited for
class ShardTests {

    private static final long BUDGET_BYTES = 8 * 1024 * 1024;

    private final Shard shard = new Shard(0, BUDGET_BYTES);

    @Test
    void recordsOfAnySizeComeOutAsTheyWentIn() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        List<byte[]> offered = new ArrayList<>();
        List<byte[]> taken = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            byte[] record = new byte[random.nextInt(20) == 0 ? random.nextInt(200_000) : random.nextInt(300)];
            random.nextBytes(record);
            if (offer(record)) {
                offered.add(record);
            }
            if (random.nextInt(50) == 0) {
                drain(taken);
            }
        }
        drain(taken);

        assertThat(taken).as("seed=%d", seed).hasSameSizeAs(offered);
        for (int i = 0; i < taken.size(); i++) {
            assertThat(taken.get(i)).as("seed=%d, record=%d", seed, i).isEqualTo(offered.get(i));
        }
    }

    @Test
    void aUsedUpBudgetRefusesUntilTheWorkerHasReadAndThenTakesAgain() {
        byte[] record = new byte[1000];
        int accepted = 0;
        while (offer(record)) {
            accepted++;
        }
        assertThat((long) accepted * record.length).isBetween(BUDGET_BYTES * 9 / 10, BUDGET_BYTES);

        List<byte[]> taken = new ArrayList<>();
        drain(taken);
        assertThat(taken).hasSize(accepted);
        for (int i = 0; i < accepted - 100; i++) {
            assertThat(offer(record)).isTrue();
        }
    }

    @Test
    void aLargeRecordFindsRoomAmongFreeChunks() {
        byte[] small = new byte[1000];
        while (offer(small)) {
            // fill the budget with ordinary chunks
        }
        drain(new ArrayList<>());

        assertThat(offer(new byte[(int) BUDGET_BYTES / 2])).isTrue();
    }

    @Test
    void aLargeRecordThatWasReadHoldsNoMemoryBackFromTheNext() {
        byte[] large = new byte[1024 * 1024];
        Shard tight = new Shard(0, Shard.minBudgetBytes(large.length));
        for (int key = 0; key < 12; key++) { // each in a lane of its own, and nothing comes after it there
            Lane lane = tight.claim(key);
            boolean room = lane.reserve(large.length);
            assertThat(room).as("key=%d", key).isTrue();
            lane.commit(large.length, null);
            tight.release(lane);
            lockedOn(tight, () -> {
                tight.drain((bytes, offset, length, receipt) -> true);
                return true;
            });
        }
    }

    @Test
    void memoryThatCannotBeHadIsGivenBackToTheBudget() {
        int tooLarge = Integer.MAX_VALUE - Lane.RECORD_HEAD_BYTES; // no JVM makes an array of that size
        Shard huge = new Shard(0, Integer.MAX_VALUE + BUDGET_BYTES);
        Lane lane = huge.claim();
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> lane.reserve(tooLarge));
        }
        assertThat(lane.reserve(1)).isTrue();
        huge.release(lane);
    }

    @Test
    void aSinkThatIsFullGetsTheRestLaterInOrder() {
        for (int i = 0; i < 1000; i++) {
            offer(number(i));
        }
        List<byte[]> taken = new ArrayList<>();
        while (shard.hasRecords()) {
            AtomicInteger room = new AtomicInteger(7);
            drain((bytes, offset, length, receipt) ->
                    room.getAndDecrement() > 0 && taken.add(Arrays.copyOfRange(bytes, offset, offset + length)));
        }

        assertThat(taken.stream().map(ShardTests::number)).isSorted().hasSize(1000);
    }

    @Test
    void aBusyLaneDoesNotKeepTheOthersWaiting() {
        for (int i = 0; i < 1000; i++) {
            offer(number(i));
        }
        offerKeyed(3, number(-1));
        List<Integer> taken = new ArrayList<>();
        for (int turn = 0; turn < 2; turn++) {
            AtomicInteger room = new AtomicInteger(10);
            drain((bytes, offset, length, receipt) -> room.getAndDecrement() > 0
                    && taken.add(number(Arrays.copyOfRange(bytes, offset, offset + length))));
        }

        assertThat(taken).contains(-1);
    }

    @Test
    void eachThreadsRecordsStayInOrderAndNoneIsLost() throws InterruptedException {
        int threads = 20; // more than there are lanes of their own
        int perThread = 20_000;
        AtomicInteger running = new AtomicInteger(threads);
        for (int t = 0; t < threads; t++) {
            int id = t;
            start(() -> {
                for (int i = 0; i < perThread; i++) {
                    while (!offer(ByteBuffer.allocate(12).putInt(id).putLong(i).array())) {
                        Thread.onSpinWait();
                    }
                }
                running.decrementAndGet();
            });
        }
        long[] next = new long[threads];
        AtomicLong taken = new AtomicLong();
        while (running.get() > 0 || shard.hasRecords()) {
            drain((bytes, offset, length, receipt) -> {
                ByteBuffer record = ByteBuffer.wrap(bytes, offset, length);
                int id = record.getInt();
                assertThat(record.getLong()).isEqualTo(next[id]++);
                taken.incrementAndGet();
                return true;
            });
        }

        assertThat(taken.get()).isEqualTo((long) threads * perThread);
    }

    @Test
    void recordsOfOneKeyStayInOrderWhoeverOffersThem() throws InterruptedException {
        int threads = 3;
        int turns = 10_000;
        AtomicInteger turn = new AtomicInteger();
        for (int t = 0; t < threads; t++) {
            int id = t;
            start(() -> {
                for (int mine = id; mine < turns; mine += threads) {
                    while (turn.get() != mine) {
                        Thread.yield();
                    }
                    while (!offerKeyed(7, number(mine))) {
                        Thread.yield();
                    }
                    turn.set(mine + 1);
                }
            });
        }
        List<byte[]> taken = new ArrayList<>();
        while (taken.size() < turns) {
            drain(taken);
        }

        for (int i = 0; i < turns; i++) {
            assertThat(number(taken.get(i))).isEqualTo(i);
        }
    }

    @Test
    void aSnapshotIsOneInstantWhileProducersAndWorkerRun() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> producers = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            producers.add(start(() -> {
                while (!stop.get()) {
                    if (!offer(new byte[64])) {
                        Lane lane = shard.claim();
                        lane.countRefused();
                        shard.release(lane);
                    }
                }
            }));
        }
        AtomicLong taken = new AtomicLong();
        Thread worker = start(() -> {
            while (!stop.get()) {
                drain((bytes, offset, length, receipt) -> {
                    taken.incrementAndGet();
                    return true;
                });
            }
        });
        for (int i = 0; i < 2000; i++) {
            ShardCounters counters = new ShardCounters();
            AtomicLong takenThen = new AtomicLong();
            while (!locked(() -> {
                takenThen.set(taken.get());
                counters.offered = counters.accepted = counters.refused = counters.inLanes = 0;
                return shard.trySnapshot(counters);
            })) {
                Thread.yield();
            }
            assertThat(counters.offered).isEqualTo(counters.accepted + counters.refused);
            assertThat(counters.accepted).isEqualTo(takenThen.get() + counters.inLanes);
        }
        stop.set(true);
        worker.join();
        for (Thread producer : producers) {
            producer.join();
        }
    }

    @Test
    void aBrokenCounterBreaksTheEquation() {
        offer(number(1));
        Lane lane = shard.claim();
        lane.countAccepted(); // one too many
        shard.release(lane);

        ShardCounters counters = new ShardCounters();
        assertThat(locked(() -> shard.trySnapshot(counters))).isTrue();
        assertThat(counters.offered).isNotEqualTo(counters.accepted);
    }

    @Test
    void aReceiptGoesWithItsRecord() {
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Receipt receipt = i % 3 == 0 ? new NamedReceipt(i) : null;
            receipts.add(receipt);
            Lane lane = shard.claim();
            assertThat(lane.reserve(Integer.BYTES)).isTrue();
            System.arraycopy(number(i), 0, lane.buffer(), lane.offset(), Integer.BYTES);
            lane.commit(Integer.BYTES, receipt);
            shard.release(lane);
        }
        List<Receipt> taken = new ArrayList<>();
        drain((bytes, offset, length, receipt) -> taken.add(receipt));

        assertThat(taken).isEqualTo(receipts);
    }

    @Test
    void everyAcceptedRecordIsReadEvenWhenItRacesTheClose() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            boolean gently = round % 2 == 0;
            Shard closing = new Shard(0, BUDGET_BYTES);
            AtomicLong accepted = new AtomicLong();
            List<Thread> producers = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                producers.add(start(() -> {
                    boolean open = true;
                    while (open) {
                        Lane lane = closing.claim();
                        open = !closing.isClosed() && lane.reserve(Integer.BYTES) && lane.commit(Integer.BYTES, null);
                        closing.release(lane);
                        if (open) {
                            accepted.incrementAndGet();
                        }
                    }
                }));
            }
            AtomicLong taken = new AtomicLong();
            RecordSink count = (bytes, offset, length, receipt) -> {
                taken.incrementAndGet();
                return true;
            };
            while (taken.get() < 1000) {
                lockedOn(closing, () -> {
                    closing.drain(count);
                    return true;
                });
            }
            closing.close();
            lockedOn(closing, () -> {
                if (!gently) {
                    closing.end(count);
                }
                while (!closing.tryEnd()) {
                    closing.drain(count);
                }
                return true;
            });
            for (Thread producer : producers) {
                producer.join();
            }

            assertThat(taken.get()).as("round=%d", round).isEqualTo(accepted.get());
            ShardCounters counters = new ShardCounters();
            assertThat(lockedOn(closing, () -> closing.trySnapshot(counters))).isTrue();
            assertThat(counters.accepted).isEqualTo(taken.get());
            assertThat(counters.inLanes).isZero();
            assertThat(counters.offered).isEqualTo(counters.accepted + counters.rejected);
        }
    }

    @Test
    void aRecordThatIsTakenBackLeavesNothingBehind() {
        offer(number(1));
        drain(new ArrayList<>());
        shard.close();
        assertThat(locked(shard::tryEnd)).isTrue();
        Lane lane = shard.claim();
        assertThat(lane.reserve(Integer.BYTES)).isTrue();
        assertThat(lane.commit(Integer.BYTES, null)).isFalse();
        shard.release(lane);

        assertThat(shard.hasRecords()).isFalse();
        assertThat(locked(shard::unreadBytes)).isZero();
        ShardCounters counters = new ShardCounters();
        assertThat(locked(() -> shard.trySnapshot(counters))).isTrue();
        assertThat(counters.offered).isEqualTo(2).isEqualTo(counters.accepted + counters.rejected);
        assertThat(counters.inLanes).isZero();
    }

    @Test
    void aShardEndsOnlyWhenItIsClosedAndNothingLiesInIt() {
        assertThat(locked(shard::tryEnd)).isFalse();
        offer(number(1));
        shard.close();
        assertThat(locked(shard::tryEnd)).isFalse();
        List<byte[]> taken = new ArrayList<>();
        drain(taken);
        assertThat(taken).hasSize(1);
        assertThat(locked(shard::tryEnd)).isTrue();
    }

    @Test
    void aLaneOfADeadThreadIsGivenToAnother() throws InterruptedException {
        for (int i = 0; i < 100; i++) { // many more threads than lanes, one after the other
            Thread thread = start(() -> offer(number(1)));
            thread.join();
        }
        List<byte[]> taken = new ArrayList<>();
        drain(taken);
        assertThat(taken).hasSize(100);

        AtomicBoolean owned = new AtomicBoolean();
        Thread thread = start(() -> {
            Lane lane = shard.claim();
            owned.set(lane.isOwnedBy(Thread.currentThread()));
            shard.release(lane);
        });
        thread.join();
        assertThat(owned).isTrue();
    }

    private record NamedReceipt(int name) implements Receipt {
        @Override
        public void written(long sequence) {}

        @Override
        public void failed(RuntimeException cause) {}
    }

    private boolean offer(byte[] record) {
        Lane lane = shard.claim();
        boolean room = lane.reserve(record.length);
        if (room) {
            System.arraycopy(record, 0, lane.buffer(), lane.offset(), record.length);
            lane.commit(record.length, null);
        }
        shard.release(lane);
        return room;
    }

    private boolean offerKeyed(int keyHash, byte[] record) {
        Lane lane = shard.claim(keyHash);
        boolean room = lane.reserve(record.length);
        if (room) {
            System.arraycopy(record, 0, lane.buffer(), lane.offset(), record.length);
            lane.commit(record.length, null);
        }
        shard.release(lane);
        return room;
    }

    private void drain(List<byte[]> taken) {
        drain((bytes, offset, length, receipt) -> taken.add(Arrays.copyOfRange(bytes, offset, offset + length)));
    }

    private void drain(RecordSink sink) {
        locked(() -> {
            shard.drain(sink);
            return true;
        });
    }

    private <T> T locked(java.util.function.Supplier<T> action) {
        return lockedOn(shard, action);
    }

    private static <T> T lockedOn(Shard shard, java.util.function.Supplier<T> action) {
        shard.lock().lock();
        try {
            return action.get();
        } finally {
            shard.lock().unlock();
        }
    }

    private static Thread start(Runnable action) {
        Thread thread = new Thread(action);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    private static int number(byte[] record) {
        return ByteBuffer.wrap(record).getInt();
    }
}
