package io.netbus.cortex.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netbus.consume.Cursor;
import io.netbus.consume.EventSource;
import io.netbus.cortex.fold.FaultyLog;
import io.netbus.cortex.fold.FoldHaltedException;
import io.netbus.cortex.fold.Outcome;
import io.netbus.cortex.fold.WriteInsideFoldException;
import io.netbus.cortex.tasks.Task;
import io.netbus.cortex.tasks.TaskChanges;
import io.netbus.cortex.tasks.TaskQuery;
import io.netbus.cortex.tasks.TaskStatus;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.cortex.tasks.TasksModel;
import io.netbus.cortex.tasks.TasksRepository;
import io.netbus.cortex.watch.WatchThread;
import io.netbus.event.Durability;
import io.netbus.event.Position;
import io.netbus.event.StoredEvent;
import io.netbus.redex.LogCursor;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BridgeTests {

    private static final Duration LONG = Duration.ofSeconds(100);
    private static final int SHARDS = 3;

    private final Redex redex = Redex.inMemory(RedexConfig.defaults());
    private final TestChannel channel = new TestChannel("events", SHARDS);
    private final WatchThread watchers = WatchThread.start();

    private FaultyLog log = new FaultyLog(redex.log("cortex/tasks"));
    private TasksModel model = TasksModel.open(log, Clock.systemUTC(), watchers);
    private TasksRepository tasks = model.repository();

    @BeforeEach
    void open() {
        reopen(log);
    }

    @AfterEach
    void close() {
        model.close();
        watchers.close();
        channel.close();
        redex.close();
    }

    @Test
    void eventsBecomeTasks() {
        channel.append(0, "create 1 one");
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            assertHandledAll(bridge);
            channel.append(1, "create 2 two");
            channel.append(0, "complete 1");
            assertHandledAll(bridge);
            assertThat(titles()).containsExactly("one", "two");
            assertThat(tasks.findById(1)).map(Task::status).contains(TaskStatus.COMPLETED);
            assertThat(bridge.stats())
                    .isEqualTo(new BridgeStats("obey", "events", BridgeStats.State.RUNNING, 0, 3, 0, 0, null));
        }
    }

    @Test
    void aMappingSeesItsOwnEarlierChangesAndThoseBeforeThePage() {
        tasks.create(5, "from before");
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            channel.append(0, "event " + i);
        }
        try (Bridge bridge = bridge(channel.source(), (event, changes) -> {
            seen.add(changes.findById(5).map(Task::title).orElse("none"));
            assertThat(changes.rename(5, "event " + event.sequence())).isEqualTo(Outcome.APPLIED);
            assertThat(changes.rename(5, "event " + event.sequence())).isEqualTo(Outcome.NO_OP);
            assertThat(changes.create(5, "again")).isEqualTo(Outcome.REJECTED);
            assertThat(changes.create(6, "six")).isEqualTo(Outcome.APPLIED);
            assertThat(changes.complete(6)).isEqualTo(Outcome.APPLIED);
            assertThat(changes.findById(6)).map(Task::status).contains(TaskStatus.COMPLETED);
            assertThat(changes.reopen(6)).isEqualTo(Outcome.APPLIED);
            assertThat(changes.delete(6)).isEqualTo(Outcome.APPLIED);
            assertThat(changes.delete(6)).isEqualTo(Outcome.REJECTED);
            assertThat(tasks.findById(6))
                    .as("not visible before the page is stored")
                    .isEmpty();
        })) {
            assertHandledAll(bridge);
            assertThat(bridge.stats().lastError()).isNull();
        }
        assertThat(seen)
                .hasSize(10)
                .startsWith("from before", "event 0", "event 1")
                .endsWith("event 8");
        assertThat(titles()).containsExactly("event 9");
    }

    @Test
    void whatIsStoredIsWhatTheMappingSaw() {
        AtomicReference<Task> seen = new AtomicReference<>();
        channel.append(0, "x");
        try (Bridge bridge = bridge(channel.source(), (event, changes) -> {
            changes.create(1, "one");
            changes.rename(1, "two");
            seen.set(changes.findById(1).orElseThrow());
        })) {
            assertHandledAll(bridge);
        }
        assertThat(tasks.findById(1)).contains(seen.get());
    }

    @Test
    void anEventWhoseMappingThrowsIsQuarantinedAndChangesNothing() {
        channel.append(0, "create 1 one");
        channel.append(0, "throw 2");
        channel.append(0, "create 3 three");
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            assertHandledAll(bridge);
            assertThat(titles()).containsExactly("one", "three");
            assertThat(bridge.stats().quarantined()).isEqualTo(1);
            assertThat(bridge.stats().handled()).isEqualTo(3);
            assertThat(bridge.stats().state()).isEqualTo(BridgeStats.State.RUNNING);
            assertThat(bridge.stats().lastError()).contains("told to throw");
            assertThat(bridge.quarantined())
                    .containsExactly(new QuarantinedSourceEvent(
                            "obey", new Position(0, 1), "java.io.IOException: told to throw"));
        }
    }

    @Test
    void aMappingThatWritesThroughTheRepositoryIsQuarantined() {
        channel.append(0, "x");
        try (Bridge bridge = bridge(channel.source(), (event, changes) -> tasks.create(1, "one"))) {
            assertHandledAll(bridge);
            assertThat(bridge.quarantined().get(0).reason()).contains(WriteInsideFoldException.class.getSimpleName());
            assertThat(titles()).isEmpty();
        }
    }

    @Test
    void changesCannotBeKeptForLater() {
        AtomicReference<TaskChanges> kept = new AtomicReference<>();
        channel.append(0, "x");
        try (Bridge bridge = bridge(channel.source(), (event, changes) -> kept.set(changes))) {
            assertHandledAll(bridge);
            assertThatThrownBy(() -> kept.get().create(1, "late")).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void nothingIsStoredBeforeItsSourceIsForced() {
        channel.forceAlways(false);
        channel.append(0, "create 1 one");
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            assertThat(bridge.await(channel.source().end(), Duration.ofMillis(50)))
                    .isFalse();
            assertThat(log.nextSequence()).isZero();
            assertThat(bridge.stats().lag()).isEqualTo(1);
            channel.force();
            assertHandledAll(bridge);
            assertThat(titles()).containsExactly("one");
        }
    }

    @Test
    void pagesThatTouchNothingLeaveNoTraceForThousandsOfEvents() {
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            for (int i = 0; i < 9_000; i++) {
                channel.append(0, "noise");
            }
            assertHandledAll(bridge);
            assertThat(log.nextSequence()).isZero();
            for (int i = 0; i < 12_000; i++) {
                channel.append(0, "noise");
            }
            assertHandledAll(bridge);
            assertThat(log.nextSequence()).isBetween(1L, 2L);
            assertThat(bridge.stats().handled()).isEqualTo(21_000);
        }
        assertThat(log.nextSequence()).as("close stores the place").isBetween(2L, 3L);
        AtomicInteger mapped = new AtomicInteger();
        channel.append(0, "noise");
        try (Bridge again = bridge(channel.source(), (event, changes) -> mapped.incrementAndGet())) {
            assertHandledAll(again);
        }
        assertThat(mapped).hasValue(1);
    }

    @Test
    void anEventThatLooksAndChangesNothingIsNotMappedAgain() {
        channel.append(0, "rename 1 later");
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            assertHandledAll(bridge);
            long stored = log.nextSequence();
            tasks.create(1, "one");
            TasksModel afterCrash = TasksModel.open(copyOf(log, stored + 1), Clock.systemUTC(), watchers);
            try (Bridge again = Bridge.start(
                    "obey",
                    channel.source(),
                    afterCrash.fold(),
                    afterCrash.mapping(named("obey", BridgeTests::obey)))) {
                assertHandledAll(again);
                assertThat(afterCrash.repository().findById(1)).map(Task::title).contains("one");
            }
            afterCrash.close();
        }
    }

    @Test
    void aQuarantinedEventIsNotMappedAgain() {
        channel.append(0, "x");
        try (Bridge bridge = bridge(channel.source(), (event, changes) -> {
            throw new IOException("not today");
        })) {
            assertHandledAll(bridge);
            AtomicInteger mapped = new AtomicInteger();
            TasksModel afterCrash = TasksModel.open(copyOf(log, log.nextSequence()), Clock.systemUTC(), watchers);
            try (Bridge again = Bridge.start(
                    "obey",
                    channel.source(),
                    afterCrash.fold(),
                    afterCrash.mapping(named("obey", (event, changes) -> mapped.incrementAndGet())))) {
                assertHandledAll(again);
            }
            afterCrash.close();
            assertThat(mapped).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyEventCountsOnceHoweverOftenTheModelCrashes(boolean flaky) {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<Long, String> expected = new TreeMap<>();
        for (int round = 0; round < (flaky ? 20 : 60); round++) {
            EventSource source = flaky ? new FlakySource(channel.source(), random.nextLong(), 200) : channel.source();
            try (Bridge bridge = bridge(source, BridgeTests::obey)) {
                int events = random.nextInt(600);
                for (int i = 0; i < events; i++) {
                    appendRandom(random, expected);
                }
                if (random.nextBoolean()) {
                    assertHandledAll(bridge);
                    assertThat(titlesById())
                            .as("seed=%d, round=%d", seed, round)
                            .isEqualTo(expected);
                }
                if (random.nextInt(3) > 0) {
                    crashAtRandom(random);
                }
            }
        }
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            assertHandledAll(bridge);
        }
        assertThat(titlesById()).as("seed=%d", seed).isEqualTo(expected);
        assertThat(model.fold().stats().quarantined()).as("seed=%d", seed).isZero();
    }

    @Test
    void aPowerCutOfTheSourceNeverLeavesItsPlaceBehindItsEnd() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        channel.forceAlways(false);
        for (int round = 0; round < 40; round++) {
            try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
                for (int i = random.nextInt(300); i >= 0; i--) {
                    int shard = random.nextInt(SHARDS);
                    channel.append(shard, "bump " + (shard + (long) SHARDS * random.nextInt(5)));
                    if (random.nextInt(30) == 0) {
                        channel.force();
                    }
                }
                if (random.nextBoolean()) {
                    channel.force();
                    assertHandledAll(bridge);
                } else {
                    bridge.await(channel.source().end(), Duration.ofMillis(20)); // time to do what it must not
                }
            }
            channel.cutPower();
        }
        channel.forceAlways(true);
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            assertHandledAll(bridge);
            assertThat(bridge.stats().state()).as("seed=%d", seed).isEqualTo(BridgeStats.State.RUNNING);
        }
        Map<Long, String> expected = new TreeMap<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            channel.events(shard)
                    .forEach(text -> expected.merge(Long.parseLong(text.split(" ", -1)[1]), "x", String::concat));
        }
        assertThat(titlesById()).as("seed=%d", seed).isEqualTo(expected);
    }

    @Test
    void noOtherWriterComesBetweenAMappingAndItsStoring() throws Exception {
        int increments = 400;
        tasks.create(1, "0");
        Thread writer = new Thread(() -> {
            TasksRepository written = tasks.withDurability(Durability.WRITTEN);
            for (int i = 0; i < 2_000; i++) {
                written.create(1_000 + i, "other");
            }
        });
        for (int i = 0; i < increments; i++) {
            channel.append(i % SHARDS, "increment");
        }
        writer.start();
        try (Bridge bridge = bridge(channel.source(), (event, changes) -> {
            int before = Integer.parseInt(changes.findById(1).orElseThrow().title());
            changes.rename(1, Integer.toString(before + 1));
        })) {
            assertHandledAll(bridge);
        }
        writer.join();
        assertThat(tasks.findById(1)).map(Task::title).contains(Integer.toString(increments));
        assertThat(tasks.count(TaskQuery.all())).isEqualTo(2_001);
    }

    @Test
    void aSourceThatFailsIsTriedAgain() {
        channel.append(0, "create 1 one");
        FlakySource failing = new FlakySource(channel.source(), 0, 1);
        try (Bridge bridge = bridge(failing, BridgeTests::obey)) {
            await().atMost(LONG).until(() -> bridge.stats().state() == BridgeStats.State.RETRYING);
            assertThat(bridge.stats().lastError()).contains("source is away");
            failing.heal();
            assertHandledAll(bridge);
            assertThat(bridge.stats().state()).isEqualTo(BridgeStats.State.RUNNING);
            assertThat(bridge.stats().lastError()).isNull();
        }
    }

    @Test
    void aPlaceOfAnotherChannelFailsTheBridge() {
        channel.append(0, "create 1 one");
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            assertHandledAll(bridge);
        }
        try (TestChannel other = new TestChannel("others", 1)) {
            other.append(0, "create 2 two");
            try (Bridge bridge = bridge(other.source(), BridgeTests::obey)) {
                await().atMost(LONG).until(() -> bridge.stats().state() == BridgeStats.State.FAILED);
                assertThat(bridge.stats().lastError()).contains("another channel");
                assertThat(titles()).containsExactly("one");
                channel.append(0, "create 3 three");
                assertThatThrownBy(() -> bridge.await(channel.source().end(), LONG))
                        .isInstanceOf(BridgeFailedException.class)
                        .hasMessageContaining("another channel");
            }
        }
    }

    @Test
    void awaitEndsWhenTheModelHalts() throws Exception {
        channel.forceAlways(false);
        channel.append(0, "create 1 one");
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Cursor end = channel.source().end();
            Thread waiter = new Thread(() -> {
                try {
                    bridge.await(end, LONG);
                } catch (Throwable e) {
                    thrown.set(e);
                }
            });
            waiter.start();
            await().atMost(LONG).until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
            log.failAppends();
            channel.force();
            waiter.join(LONG.toMillis());
            assertThat(thrown.get()).isInstanceOf(FoldHaltedException.class);
            await().atMost(LONG).until(() -> bridge.stats().state() == BridgeStats.State.FAILED);
        }
    }

    @Test
    void awaitEndsWhenTheBridgeCloses() throws Exception {
        channel.forceAlways(false);
        channel.append(0, "create 1 one");
        Bridge bridge = bridge(channel.source(), BridgeTests::obey);
        CountDownLatch ended = new CountDownLatch(1);
        Cursor end = channel.source().end();
        Thread waiter = new Thread(() -> {
            if (!bridge.await(end, LONG)) {
                ended.countDown();
            }
        });
        waiter.start();
        await().atMost(LONG).until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        bridge.close();
        bridge.close();
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(bridge.stats().state()).isEqualTo(BridgeStats.State.CLOSED);
    }

    @Test
    void anInterruptEndsAwaitAndIsKept() {
        channel.forceAlways(false);
        channel.append(0, "create 1 one");
        try (Bridge bridge = bridge(channel.source(), BridgeTests::obey)) {
            Thread.currentThread().interrupt();
            assertThat(bridge.await(channel.source().end(), LONG)).isFalse();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private void crashAtRandom(Random random) {
        List<Long> ends = log.batchEnds();
        long kept = ends.get(ends.size() - 1 - random.nextInt(Math.min(20, ends.size())));
        reopen(new FaultyLog(copyOf(log, kept)));
    }

    /** The first records of a log, as after a crash; cut where a batch ends, as logs are. */
    private RedexLog copyOf(RedexLog from, long records) {
        RedexLog copy = redex.log("copies/" + redex.names().size());
        if (records > 0) {
            try (LogCursor cursor = from.cursor(0)) {
                cursor.read(
                        (sequence, timestampNanos, payload) -> {
                            copy.append(payload, timestampNanos);
                            return sequence + 1 < records;
                        },
                        Integer.MAX_VALUE);
            }
        }
        return copy;
    }

    private void reopen(FaultyLog on) {
        model.close();
        log = on;
        model = TasksModel.open(log, Clock.systemUTC(), watchers);
        tasks = model.repository();
    }

    private Bridge bridge(EventSource source, EventMapping mapping) {
        String name = "obey";
        return Bridge.start(name, source, model.fold(), model.mapping(named(name, mapping)));
    }

    private void assertHandledAll(Bridge bridge) {
        assertThat(bridge.await(channel.source().end(), LONG)).isTrue();
    }

    private List<String> titles() {
        return tasks.find(TaskQuery.all()).stream().map(Task::title).toList();
    }

    private Map<Long, String> titlesById() {
        Map<Long, String> titles = new TreeMap<>();
        tasks.find(TaskQuery.all()).forEach(task -> titles.put(task.id(), task.title()));
        return titles;
    }

    /** An id lives in one shard, so that the order between shards does not matter. */
    private void appendRandom(Random random, Map<Long, String> expected) {
        int shard = random.nextInt(SHARDS);
        long id = shard + (long) SHARDS * random.nextInt(10);
        switch (random.nextInt(6)) {
            case 0 -> channel.append(shard, "noise");
            case 1 -> channel.append(shard, "throw " + id);
            case 2 -> {
                channel.append(shard, "delete " + id);
                expected.remove(id);
            }
            default -> {
                channel.append(shard, "bump " + id);
                expected.merge(id, "x", String::concat);
            }
        }
    }

    /** Does what the event says. To bump a task twice is not to bump it once. */
    private static void obey(StoredEvent event, TaskChanges changes) throws Exception {
        String[] words = new String(event.event().toByteArray(), UTF_8).split(" ", -1);
        long id = words.length > 1 ? Long.parseLong(words[1]) : 0;
        switch (words[0]) {
            case "create" -> changes.create(id, words[2]);
            case "rename" -> changes.rename(id, words[2]);
            case "complete" -> changes.complete(id);
            case "delete" -> changes.delete(id);
            case "bump" -> {
                String title = changes.findById(id).map(Task::title).orElse("");
                if (title.isEmpty()) {
                    changes.create(id, "x");
                } else {
                    changes.rename(id, title + "x");
                }
            }
            case "throw" -> {
                changes.delete(id);
                changes.create(id, "must not stay");
                throw new IOException("told to throw");
            }
            default -> {}
        }
    }

    private interface EventMapping {
        void map(StoredEvent event, TaskChanges changes) throws Exception;
    }

    private static TasksBridge named(String name, EventMapping mapping) {
        return new TasksBridge() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void map(StoredEvent event, TaskChanges changes) throws Exception {
                mapping.map(event, changes);
            }
        };
    }
}
