package io.netbus.cortex.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.cortex.fold.FaultyLog;
import io.netbus.cortex.tasks.TaskChanges;
import io.netbus.cortex.tasks.TaskQuery;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.cortex.tasks.TasksModel;
import io.netbus.cortex.watch.WatchThread;
import io.netbus.event.Durability;
import io.netbus.event.StoredEvent;
import io.netbus.redex.ForcePolicy;
import io.netbus.redex.LogConfig;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import io.netbus.redex.RedexLogStats;
import io.netbus.redex.Retention;
import io.netbus.redex.Retention.AtHardLimit;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bridge beside a retention that keeps nothing it need not keep, on real files. */
class BridgeRetentionTests {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int PADDING_CHARS = 4_000;
    private static final Retention NOTHING = Retention.all().withMaxRecords(0);

    private final WatchThread watchers = WatchThread.start();
    private final CountDownLatch mayMap = new CountDownLatch(1);

    @TempDir
    Path directory;

    private Redex redex;
    private EventBus bus;
    private RedexLog shard;

    @SuppressWarnings("NullAway.Init") // by openModel
    private FaultyLog modelLog;

    @SuppressWarnings("NullAway.Init") // by openModel
    private TasksModel model;

    private long ingested;

    @BeforeEach
    void open() {
        open(NOTHING);
    }

    @AfterEach
    void close() {
        mayMap.countDown();
        model.close();
        watchers.close();
        bus.close();
        redex.close();
    }

    @Test
    void whatASlowBridgeHasNotStoredIsKeptAndGoesOnceItIsStored() {
        try (Bridge bridge = bridge(true)) {
            ingest(100);
            sweep();
            assertThat(shard.firstSequence()).isZero();
            assertThat(holdOfBridge().sequence()).isZero();

            mayMap.countDown();
            assertHandledAll(bridge);
            await().atMost(LONG).until(() -> holdOfBridge().sequence() == 100);
            sweep();
            assertThat(shard.firstSequence()).isPositive();
            assertThat(bridge.stats().lost()).isZero();
            assertThat(model.repository().count(TaskQuery.all())).isEqualTo(100);
        }
    }

    @Test
    void theHoldWaitsUntilThePlaceIsForced() {
        modelLog.holdForces();
        try (Bridge bridge = bridge(false)) {
            for (int round = 0; round < 3; round++) { // between two rounds the bridge has looked at its hold
                ingest(50);
                assertHandledAll(bridge);
                sweep();
                assertThat(shard.firstSequence()).isZero();
                assertThat(holdOfBridge().sequence()).isZero();
            }
            modelLog.force();
            await().atMost(LONG).until(() -> holdOfBridge().sequence() == 150);
            modelLog.stopHoldingForces();
        }
    }

    @Test
    void aModelsLogThatIsNeverForcedIsForcedForTheSourcesSake() {
        reopenModel(LogConfig.defaults().withForcePolicy(ForcePolicy.never()));
        try (Bridge bridge = bridge(false)) {
            ingest(10);
            assertHandledAll(bridge);
            await().atMost(LONG).until(() -> holdOfBridge().sequence() == 10);
        }
    }

    @Test
    void whatAHardLimitTakesIsCountedAndPassedOver() {
        reopen(NOTHING.withHardLimit(8 * SEGMENT_BYTES, AtHardLimit.BREAK_HOLDS));
        try (Bridge bridge = bridge(true)) {
            ingest(500);
            assertThat(shard.stats().brokenHolds()).isPositive();
            assertThat(holdOfBridge().broken()).isTrue();

            mayMap.countDown();
            assertHandledAll(bridge);
            BridgeStats stats = bridge.stats();
            assertThat(stats.lost()).isPositive();
            assertThat(stats.lost() + stats.handled()).isEqualTo(500);
            assertThat(model.repository().count(TaskQuery.all())).isEqualTo(stats.handled());
            assertThat(stats.state()).isEqualTo(BridgeStats.State.RUNNING);
            assertThat(stats.lag()).isZero();
        }
    }

    @Test
    void aHardLimitThatRefusesLosesNothing() {
        reopen(NOTHING.withHardLimit(8 * SEGMENT_BYTES, AtHardLimit.REFUSE));
        try (Bridge bridge = bridge(true)) {
            offer(500);
            await().atMost(LONG).until(() -> bus.stats().get(0).lastError() != null);
            assertThat(bus.stats().get(0).lastError()).contains("log is at its hard limit");

            mayMap.countDown();
            await().atMost(LONG).until(() -> bus.stats().get(0).acknowledged() == 500);
            flush();
            assertHandledAll(bridge);
            assertThat(bridge.stats().lost()).isZero();
            assertThat(model.repository().count(TaskQuery.all())).isEqualTo(500);
        }
    }

    @Test
    void aBridgeThatComesBackTooLateSaysWhatIsGone() {
        try (Bridge bridge = bridge(false)) {
            ingest(10);
            assertHandledAll(bridge);
        }
        assertThat(shard.stats().holds()).isEmpty();
        assertThat(modelLog.forcedSequence()).as("its place").isEqualTo(modelLog.nextSequence());
        ingest(100);
        sweep();
        long first = shard.firstSequence();
        assertThat(first).isGreaterThan(10);

        try (Bridge again = bridge(false)) {
            assertHandledAll(again);
            assertThat(again.stats().lost()).isEqualTo(first - 10);
            assertThat(again.stats().handled()).isEqualTo(110 - first);
        }
    }

    private void open(Retention retention) {
        redex = Redex.onDisk(directory, RedexConfig.defaults());
        LogConfig shards = LogConfig.defaults().withSegmentBytes(SEGMENT_BYTES).withRetention(retention);
        bus = EventBus.open(
                new RedexAdapter(redex, shards),
                EventBusConfig.defaults()
                        .withShards(1)
                        .withMaxBatchEvents(10)); // a batch must fit below the hard limit
        shard = redex.log("bus/events/0");
        openModel(LogConfig.defaults());
    }

    private void reopen(Retention retention) {
        model.close();
        bus.close();
        redex.close();
        open(retention);
    }

    private void openModel(LogConfig config) {
        modelLog = new FaultyLog(redex.log(TasksModel.LOG_NAME, config));
        model = TasksModel.open(modelLog, Clock.systemUTC(), watchers);
    }

    private void reopenModel(LogConfig config) {
        model.close();
        modelLog.close();
        openModel(config);
    }

    private Bridge bridge(boolean waits) {
        return Bridge.start("slow", bus, model.fold(), model.mapping(new TasksBridge() {

            @Override
            public String name() {
                return "slow";
            }

            @Override
            public void map(StoredEvent event, TaskChanges tasks) throws Exception {
                if (waits) {
                    mayMap.await();
                }
                tasks.create(event.sequence(), "event");
            }
        }));
    }

    private void ingest(int count) {
        offer(count);
        flush();
    }

    private void offer(int count) {
        for (int i = 0; i < count; i++) {
            assertThat(bus.ingest((ingested++ + "x".repeat(PADDING_CHARS)).getBytes(UTF_8))
                            .isAccepted())
                    .isTrue();
        }
    }

    private void flush() {
        assertThat(bus.flush(Durability.FSYNCED, LONG).complete()).isTrue();
    }

    private void sweep() {
        shard.sync(); // a segment can go once it is sealed
        shard.sweep();
    }

    private void assertHandledAll(Bridge bridge) {
        assertThat(bridge.await(bus.end(), LONG)).isTrue();
    }

    private RedexLogStats.Hold holdOfBridge() {
        assertThat(shard.stats().holds()).extracting(RedexLogStats.Hold::owner).containsExactly("bridge:slow");
        return shard.stats().holds().get(0);
    }
}
