package io.netbus.redex.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.netbus.redex.CorruptLogException;
import io.netbus.redex.LogClosedException;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records here are text: "+key=value" inserts, "-key=value" removes, several to a record, split by a blank. */
class LogIndexTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int ROUNDS = Boolean.getBoolean("netbus.torture") ? 100 : 6;
    private static final int TURNS = 3_000;

    @TempDir
    private Path base;

    private final Redex redex = Redex.inMemory(RedexConfig.defaults());
    private final RedexLog log = redex.log("orders");

    @AfterEach
    void closeRedex() {
        redex.close();
    }

    // --- what it holds

    @Test
    void itHoldsWhatTheRecordsSay() throws Exception {
        append("+ada=1");
        append("+ada=2 +bob=1");
        try (LogIndex<String, String> index = open(log)) {
            append("+ada=2 -ada=1");
            long last = append("+ada=3");

            assertThat(index.awaitSequence(last, TIMEOUT)).isTrue();
            assertThat(index.get("ada")).containsExactlyInAnyOrder("2", "3");
            assertThat(index.get("bob")).containsExactly("1");
            assertThat(index.get("eve")).isEmpty();
            IndexView<String, String> view = index.view();
            assertThat(view.keys()).containsExactlyInAnyOrder("ada", "bob").contains("ada");
            assertThat(view.keys().contains("eve")).isFalse();
            assertThat(view.contains("ada", "2")).isTrue();
            assertThat(view.contains("ada", "1")).isFalse();
            assertThat(view.valueCount()).isEqualTo(3);
            assertThat(view.sequence()).isEqualTo(4);
        }
    }

    @Test
    void whatIsInsertedTwiceIsRemovedOnceAndEmptyKeysVanish() throws Exception {
        try (LogIndex<String, String> index = open(log)) {
            append("+ada=1 +ada=1");
            append("-ada=1 -bob=7");
            index.awaitSequence(append("-ada=1"), TIMEOUT);

            assertThat(index.view().keys()).isEmpty();
            assertThat(index.view().valueCount()).isZero();
            assertThat(index.get("ada")).isEmpty();
            assertThat(index.stats().badRecords()).isZero();
        }
    }

    @Test
    void nothingOfALongHistoryIsMissing() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            append("+k" + i % 7 + "=" + i);
        }
        try (LogIndex<String, String> index = open(log)) {
            assertThat(index.awaitSequence(9_999, TIMEOUT)).isTrue();
            for (int key = 0; key < 7; key++) {
                assertThat(index.get("k" + key)).hasSize((10_000 - key + 6) / 7);
            }
        }
    }

    @Test
    void whatWasReadStaysAsItWas() throws Exception {
        try (LogIndex<String, String> index = open(log)) {
            index.awaitSequence(append("+ada=1 +ada=2"), TIMEOUT);
            IndexView<String, String> before = index.view();
            Set<String> values = before.get("ada");
            index.awaitSequence(append("-ada=1 -ada=2 +bob=1"), TIMEOUT);

            assertThat(values).containsExactlyInAnyOrder("1", "2");
            assertThat(before.keys()).containsExactly("ada");
            assertThat(index.view().keys()).containsExactly("bob");
            for (Set<String> set : List.of(values, before.keys(), index.get("nobody"))) {
                assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> set.add("3"));
            }
            for (Set<String> set : List.of(values, before.keys())) {
                assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(set::clear);
                assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> {
                    Iterator<String> iterator = set.iterator();
                    iterator.next();
                    iterator.remove();
                });
            }
        }
    }

    /** Each record moves a coin; whoever looks finds it in one hand. */
    @Test
    void aRecordIsSeenWholeOrNotAtAll() throws Exception {
        append("+h0=coin");
        try (LogIndex<String, String> index = open(log)) {
            index.awaitSequence(0, TIMEOUT);
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> looking = CompletableFuture.runAsync(() -> {
                long last = 0;
                while (!done.get()) {
                    IndexView<String, String> view = index.view();
                    assertThat(view.sequence()).isGreaterThanOrEqualTo(last);
                    last = view.sequence();
                    assertThat(view.keys()).hasSize(1);
                    assertThat(view.get("h" + (last - 1) % 5)).containsExactly("coin");
                }
            });
            for (int i = 0; i < 20_000; i++) {
                append("-h" + i % 5 + "=coin +h" + (i + 1) % 5 + "=coin");
            }
            index.awaitSequence(log.nextSequence() - 1, TIMEOUT);
            done.set(true);
            looking.get(60, TimeUnit.SECONDS);
        }
    }

    // --- bad records

    @Test
    void aBadRecordChangesNothingAndIsCounted() throws Exception {
        try (LogIndex<String, String> index = open(log)) {
            append("+ada=1");
            append("+ada=2 ?what");
            append("+ada=2 +null=1");
            append("+ada=2 +deep=1");
            index.awaitSequence(append("+ada=3"), TIMEOUT);

            assertThat(index.get("ada")).containsExactlyInAnyOrder("1", "3");
            assertThat(index.view().keys()).containsExactly("ada");
            IndexStats stats = index.stats();
            assertThat(stats.badRecords()).isEqualTo(3);
            assertThat(stats.lastBadSequence()).isEqualTo(3);
            assertThat(stats.lastError()).contains("StackOverflowError");
            assertThat(stats.state()).isEqualTo(IndexStats.State.READY);
            assertThat(stats.failure()).isNull();
        }
    }

    /** A key that cannot be hashed is found out when the record's changes are made, after the projection. */
    @Test
    void aRecordWhoseKeyThrowsChangesNothing() throws Exception {
        class Key {
            @Override
            public int hashCode() {
                throw new IllegalStateException("from a key, on purpose");
            }
        }
        try (LogIndex<Object, String> index = LogIndex.open(log, (sequence, stamp, payload, changes) -> {
            changes.insert("good", "1");
            if (sequence == 1) {
                changes.insert(new Key(), "1");
                changes.insert("never", "1");
            }
        })) {
            append("a");
            append("b");
            index.awaitSequence(append("c"), TIMEOUT);

            assertThat(index.view().keys()).containsExactly("good");
            assertThat(index.stats().badRecords()).isEqualTo(1);
        }
    }

    // --- waiting

    @Test
    @Timeout(value = 10 + TURNS / 100, unit = TimeUnit.SECONDS)
    void whoWaitsReadsHisOwnWrite() throws Exception {
        try (LogIndex<String, String> index = open(log)) {
            for (int i = 0; i < TURNS; i++) {
                long sequence = append("+ada=" + i);
                assertThat(index.awaitSequence(sequence, TIMEOUT)).isTrue();
                assertThat(index.view().contains("ada", String.valueOf(i))).isTrue();
            }
        }
    }

    @Test
    void aWaitEndsWithItsTime() throws Exception {
        try (LogIndex<String, String> index = open(log)) {
            long sequence = append("+ada=1");
            assertThat(index.awaitSequence(sequence, TIMEOUT)).isTrue();
            assertThat(index.awaitSequence(sequence, Duration.ZERO)).isTrue();
            assertThat(index.awaitSequence(sequence + 1, Duration.ZERO)).isFalse();
            assertThat(index.awaitSequence(sequence + 1, Duration.ofSeconds(-5)))
                    .isFalse();
            assertThat(index.awaitSequence(sequence + 1, Duration.ofMillis(1))).isFalse();
        }
    }

    @Test
    void closingEndsAllWaits() throws Exception {
        for (boolean closeLog : new boolean[] {true, false}) {
            RedexLog own = redex.log("own-" + closeLog);
            LogIndex<String, String> index = open(own);
            List<CompletableFuture<Object>> waits = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waits.add(waitFor(index, 0));
            }
            if (closeLog) {
                own.close();
            } else {
                index.close();
            }
            for (CompletableFuture<Object> wait : waits) {
                assertThat(wait.get(60, TimeUnit.SECONDS))
                        .isInstanceOfSatisfying(
                                IndexStoppedException.class,
                                e -> assertThat(e).hasMessageContaining("index is closed: log=" + own.name()));
            }
            assertThat(index.stats().state()).isEqualTo(IndexStats.State.CLOSED);
            index.close();
        }
    }

    @Test
    void anInterruptEndsAWait() throws Exception {
        try (LogIndex<String, String> index = open(log)) {
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> index.awaitSequence(0, TIMEOUT));
            assertThat(Thread.interrupted()).isFalse();
            assertThat(index.awaitSequence(append("+ada=1"), TIMEOUT)).isTrue();
        }
    }

    @Test
    void aProjectionMustNotWaitForItsIndex() throws Exception {
        AtomicReference<LogIndex<String, String>> self = new AtomicReference<>();
        CountDownLatch opened = new CountDownLatch(1);
        try (LogIndex<String, String> index = LogIndex.open(log, (sequence, stamp, payload, changes) -> {
            opened.await();
            self.get().awaitSequence(sequence, TIMEOUT);
        })) {
            self.set(index);
            opened.countDown();
            index.awaitSequence(append("a"), TIMEOUT);

            assertThat(index.stats().badRecords()).isEqualTo(1);
            assertThat(index.stats().lastError()).contains("a projection must not wait for its index");
        }
    }

    // --- states

    @Test
    void itTellsHowFarItIsBehindUntilItIsReady() throws Exception {
        for (int i = 0; i < 5; i++) {
            append("+ada=" + i);
        }
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        try (LogIndex<String, String> index = LogIndex.open(log, (sequence, stamp, payload, changes) -> {
            entered.countDown();
            held.await();
            project(payload, changes);
        })) {
            entered.await();
            assertThat(index.stats().state()).isEqualTo(IndexStats.State.CATCHING_UP);
            assertThat(index.stats().lag()).isEqualTo(5);
            assertThat(index.stats().log()).isEqualTo("orders");
            held.countDown();
            index.awaitSequence(4, TIMEOUT);
            assertThat(index.stats())
                    .isEqualTo(new IndexStats("orders", IndexStats.State.READY, 0, 5, -1, 1, 5, 0, -1, null, null));
        }
    }

    @Test
    void anIndexOfAnEmptyLogIsReadyAtOnce() {
        try (LogIndex<String, String> index = open(log)) {
            assertThat(index.stats().state()).isEqualTo(IndexStats.State.READY);
        }
    }

    @Test
    void damageStopsItWhereItIs() throws Exception {
        try (Redex disk = Redex.onDisk(base, RedexConfig.defaults())) {
            RedexLog damaged = disk.log("damaged");
            damaged.append(utf8("+ada=1"), 1);
            damaged.append(utf8("+ada=damage-me"), 2);
            damaged.append(utf8("+ada=3"), 3);
        }
        flip("damage-me");
        try (Redex disk = Redex.onDisk(base, RedexConfig.defaults())) {
            LogIndex<String, String> index = open(disk.log("damaged"));
            assertThatExceptionOfType(IndexStoppedException.class)
                    .isThrownBy(() -> index.awaitSequence(2, TIMEOUT))
                    .withMessageContaining("index has failed: log=damaged, nextSequence=1")
                    .withCauseInstanceOf(CorruptLogException.class);
            assertThat(index.awaitSequence(0, TIMEOUT)).isTrue();
            assertThat(index.get("ada")).containsExactly("1");
            assertThat(index.stats().state()).isEqualTo(IndexStats.State.FAILED);
            assertThat(index.stats().failure()).contains("CorruptLogException");
            assertThat(index.stats().lag()).isEqualTo(2);
            index.close();
            assertThat(index.stats().state()).isEqualTo(IndexStats.State.FAILED);
        }
    }

    @Test
    void itsThreadIsNamedAfterTheLogAndEndsWithIt() throws Exception {
        AtomicReference<String> thread = new AtomicReference<>();
        RedexLog own = redex.log("bus/events/0");
        LogIndex<String, String> index = LogIndex.open(
                own,
                (sequence, stamp, payload, changes) ->
                        thread.set(Thread.currentThread().getName()));
        own.append(utf8("a"), 1);
        index.awaitSequence(0, TIMEOUT);
        assertThat(thread).hasValue("netbus-index-bus/events/0");
        own.close();

        await().atMost(TIMEOUT)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(each -> each.getName().startsWith("netbus-index-bus")));
        assertThat(index.stats().state()).isEqualTo(IndexStats.State.CLOSED);
        assertThat(index.view().sequence()).isEqualTo(1);
        index.close();
    }

    @Test
    void aProjectionMayCloseItsIndex() throws Exception {
        AtomicReference<LogIndex<String, String>> self = new AtomicReference<>();
        CountDownLatch opened = new CountDownLatch(1);
        LogIndex<String, String> index = LogIndex.open(log, (sequence, stamp, payload, changes) -> {
            opened.await();
            self.get().close();
        });
        self.set(index);
        opened.countDown();
        append("a");

        await().atMost(TIMEOUT).until(() -> index.stats().state() == IndexStats.State.CLOSED);
        assertThat(index.view().sequence()).isEqualTo(1);
    }

    @Test
    void aClosedLogHasNoIndex() {
        log.close();
        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> open(log));
    }

    // --- against a model

    /**
     * Some threads append while the index is closed and opened, from nothing and from snapshots, and the log is too: in
     * the end, and at each stop, it holds what a map holds that went through the same records.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Timeout(value = 30, unit = TimeUnit.MINUTES) // with netbus.torture
    void anIndexBehavesLikeAMapOfSets(boolean onDisk) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            long seed = Long.getLong("netbus.seed", System.nanoTime() + round);
            Path directory = base.resolve("round-" + round);
            try (Redex own =
                    onDisk ? Redex.onDisk(directory, RedexConfig.defaults()) : Redex.inMemory(RedexConfig.defaults())) {
                runModel(own, new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("failed with -Dnetbus.seed=" + seed, e);
            }
        }
    }

    private static void runModel(Redex own, Random random) throws Exception {
        RedexLog log = own.log("model");
        byte[] snapshot = {};
        for (int life = 0; life < 6; life++) {
            boolean fromSnapshot = snapshot.length > 0 && random.nextBoolean();
            LogIndex<String, String> index =
                    fromSnapshot ? LogIndex.open(log, LogIndexTests::project, SnapshotTests.TEXT, snapshot) : open(log);
            assertThat(index.stats().restoredSequence() >= 0).isEqualTo(fromSnapshot);
            RedexLog appendTo = log;
            List<CompletableFuture<Void>> appending = new ArrayList<>();
            for (int thread = 0; thread < 2; thread++) {
                long seed = random.nextLong();
                appending.add(CompletableFuture.runAsync(() -> appendSome(appendTo, new Random(seed))));
            }
            for (CompletableFuture<Void> each : appending) {
                each.get(60, TimeUnit.SECONDS);
            }
            if (random.nextInt(3) > 0) {
                assertThat(index.awaitSequence(log.nextSequence() - 1, TIMEOUT)).isTrue();
                snapshot = index.snapshot(SnapshotTests.TEXT);
            }
            index.close();
            assertThat(content(index.view())).isEqualTo(model(log, index.view().sequence()));
            if (random.nextBoolean()) {
                log.close();
                log = own.log("model");
            }
        }
        try (LogIndex<String, String> index = open(log)) {
            assertThat(index.awaitSequence(log.nextSequence() - 1, TIMEOUT)).isTrue();
            assertThat(content(index.view())).isEqualTo(model(log, log.nextSequence()));
        }
    }

    private static void appendSome(RedexLog log, Random random) {
        for (int i = 0; i < 300; i++) {
            RecordBatch batch = new RecordBatch(0);
            for (int n = random.nextInt(3); n >= 0; n--) {
                StringBuilder text = new StringBuilder();
                for (int change = random.nextInt(4); change >= 0; change--) {
                    text.append(text.isEmpty() ? "" : " ")
                            .append(random.nextInt(5) < 3 ? '+' : '-')
                            .append('k')
                            .append(random.nextInt(20))
                            .append('=')
                            .append(random.nextInt(10));
                }
                batch.add(utf8(
                        text.append(random.nextInt(50) == 0 ? " ?bad=1" : "").toString()));
            }
            log.append(batch, i);
        }
    }

    /** What the records below a sequence say, by a map. */
    private static Map<String, Set<String>> model(RedexLog log, long end) {
        Map<String, Set<String>> model = new HashMap<>();
        try (var cursor = log.cursor(0)) {
            cursor.read(
                    (sequence, stamp, payload) -> {
                        String text = StandardCharsets.UTF_8.decode(payload).toString();
                        for (String change : text.contains("?") ? new String[0] : text.split(" ", -1)) {
                            String key = change.substring(1, change.indexOf('='));
                            String value = change.substring(change.indexOf('=') + 1);
                            if (change.charAt(0) == '+') {
                                model.computeIfAbsent(key, k -> new HashSet<>()).add(value);
                            } else if (model.containsKey(key)) {
                                model.get(key).remove(value);
                                model.values().removeIf(Set::isEmpty);
                            }
                        }
                        return true;
                    },
                    (int) end);
        }
        return model;
    }

    static Map<String, Set<String>> content(IndexView<String, String> view) {
        Map<String, Set<String>> content = new HashMap<>();
        long values = 0;
        for (String key : view.keys()) {
            content.put(key, new HashSet<>(view.get(key)));
            assertThat(content.get(key)).hasSize(view.get(key).size());
            values += view.get(key).size();
        }
        assertThat(view.valueCount()).isEqualTo(values);
        return content;
    }

    // --- helpers

    static LogIndex<String, String> open(RedexLog log) {
        return LogIndex.open(log, LogIndexTests::project);
    }

    static void project(
            long sequence, long stamp, ByteBuffer payload, IndexProjection.Changes<String, String> changes) {
        project(payload, changes);
    }

    private static void project(ByteBuffer payload, IndexProjection.Changes<String, String> changes) {
        for (String change : StandardCharsets.UTF_8.decode(payload).toString().split(" ", -1)) {
            String key = change.substring(1, change.indexOf('='));
            String value = change.substring(change.indexOf('=') + 1);
            if (key.equals("deep")) {
                throw new StackOverflowError("on purpose");
            }
            switch (change.charAt(0)) {
                case '+' -> changes.insert(key.equals("null") ? nothing() : key, value);
                case '-' -> changes.remove(key, value);
                default -> throw new IllegalArgumentException("no change: " + change);
            }
        }
    }

    @SuppressWarnings("NullAway") // what a user's mistake may bring
    private static String nothing() {
        return null;
    }

    private long append(String text) {
        return log.append(utf8(text), 1);
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Waits on a thread of its own; returns once that thread is parked. */
    private static CompletableFuture<Object> waitFor(LogIndex<String, String> index, long sequence) {
        CompletableFuture<Object> outcome = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        outcome.complete(index.awaitSequence(sequence, TIMEOUT));
                    } catch (Throwable e) {
                        outcome.complete(e);
                    }
                },
                "index-waiting");
        thread.setDaemon(true);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING && !outcome.isDone()) {
            Thread.onSpinWait();
        }
        assertThat(outcome).isNotDone();
        return outcome;
    }

    /** Changes one bit of the text where a file below the directory holds it. */
    private void flip(String text) throws IOException {
        try (Stream<Path> files = Files.walk(base)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
                assertThat(at).isPositive();
                bytes[at] ^= 1;
                Files.write(file, bytes);
            }
        }
    }
}
