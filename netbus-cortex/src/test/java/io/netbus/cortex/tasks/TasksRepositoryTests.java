package io.netbus.cortex.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.cortex.Cortex;
import io.netbus.cortex.CortexConfig;
import io.netbus.cortex.fold.Outcome;
import io.netbus.cortex.fold.WriteResult;
import io.netbus.cortex.query.Direction;
import io.netbus.event.Durability;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

class TasksRepositoryTests {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final List<TaskOrder> ORDERS = List.of(TaskOrder.values());

    @TempDir
    private Path directory;

    private final HandClock clock = new HandClock();
    private final Redex redex = Redex.inMemory(RedexConfig.defaults());
    private final Cortex cortex = Cortex.open(redex, CortexConfig.defaults().withClock(clock));
    private final TasksRepository tasks = cortex.tasks();

    @AfterEach
    void close() {
        cortex.close();
        redex.close();
    }

    @Test
    void aTaskLivesFromCreateToDelete() {
        Instant created = clock.instant();
        assertThat(tasks.create(7, "write")).isEqualTo(new WriteResult(0, Outcome.APPLIED, null));
        assertThat(tasks.findById(7)).contains(new Task(7, "write", TaskStatus.PENDING, created, created));

        Instant renamed = clock.advance();
        assertThat(tasks.rename(7, "write more").isApplied()).isTrue();
        assertThat(tasks.findById(7)).contains(new Task(7, "write more", TaskStatus.PENDING, created, renamed));

        Instant completed = clock.advance();
        assertThat(tasks.complete(7).isApplied()).isTrue();
        assertThat(tasks.findById(7)).contains(new Task(7, "write more", TaskStatus.COMPLETED, created, completed));

        Instant reopened = clock.advance();
        assertThat(tasks.reopen(7).isApplied()).isTrue();
        assertThat(tasks.findById(7)).contains(new Task(7, "write more", TaskStatus.PENDING, created, reopened));

        assertThat(tasks.delete(7).isApplied()).isTrue();
        assertThat(tasks.findById(7)).isEmpty();
        assertThat(tasks.create(7, "again").sequence()).isEqualTo(5);
    }

    @Test
    void whatDoesNotFitIsRejectedAndWhatIsSoAlreadyIsNoOp() {
        assertThat(List.of(tasks.rename(1, "x"), tasks.complete(1), tasks.reopen(1), tasks.delete(1)))
                .containsOnly(new WriteResult(-1, Outcome.REJECTED, "no such task"));
        tasks.create(1, "one");
        assertThat(tasks.create(1, "two")).isEqualTo(new WriteResult(0, Outcome.REJECTED, "task exists already"));
        assertThat(tasks.rename(1, "one").outcome()).isEqualTo(Outcome.NO_OP);
        assertThat(tasks.reopen(1).outcome()).isEqualTo(Outcome.NO_OP);
        tasks.complete(1);
        assertThat(tasks.complete(1).outcome()).isEqualTo(Outcome.NO_OP);
        assertThat(redex.log(TasksModel.LOG_NAME).nextSequence()).isEqualTo(2);
    }

    @Test
    void updatedAtNeverGoesBack() {
        Instant created = clock.instant();
        tasks.create(1, "one");
        clock.set(created.minusSeconds(3_600));
        tasks.rename(1, "two");
        assertThat(tasks.findById(1))
                .hasValueSatisfying(task -> assertThat(task.updatedAt()).isEqualTo(created));
    }

    @Test
    void titlesOfAllScriptsFitUpToTheirLimit() {
        String longest = "\uD83D\uDE00".repeat(1_024);
        List<String> titles =
                List.of("a", " ", "\"quoted\\\"\n\u0000\u2028", "Grüße ≠ ρωμαϊκά", "x".repeat(4_096), longest);
        for (int i = 0; i < titles.size(); i++) {
            tasks.create(i, titles.get(i));
        }
        try (Cortex reopened = Cortex.open(redex, CortexConfig.defaults())) {
            assertThat(reopened.tasks().find(TaskQuery.all()))
                    .extracting(Task::title)
                    .isEqualTo(titles);
        }
    }

    @Test
    void aTitleThatIsNoneIsRefused() {
        for (String title : List.of("", "x".repeat(4_097), "\uD83D", "a\uDE00b", "é".repeat(2_049))) {
            assertThatThrownBy(() -> tasks.create(1, title))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("title");
        }
        assertThatThrownBy(() -> tasks.create(1, "x".repeat(5_000))).hasMessageContaining("bytes=5000, max=4096");
        assertThat(tasks.count(TaskQuery.all())).isZero();
    }

    @Test
    void anIdMayBeAnyNumber() {
        tasks.create(Long.MIN_VALUE, "min");
        tasks.create(Long.MAX_VALUE, "max");
        assertThat(tasks.find(TaskQuery.all())).extracting(Task::id).containsExactly(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    @Test
    void ordersAreTotalAndEachOtherReversed() {
        for (long id : new long[] {5, 3, 9, 1, 7}) {
            tasks.create(id, "t");
            if (id % 3 == 0) {
                clock.advance();
            }
        }
        assertThat(ids(TaskQuery.all())).containsExactly(1L, 3L, 5L, 7L, 9L);
        assertThat(ids(TaskQuery.all().orderBy(TaskOrder.ID, Direction.DESC))).containsExactly(9L, 7L, 5L, 3L, 1L);
        assertThat(ids(TaskQuery.all().orderBy(TaskOrder.CREATED, Direction.ASC)))
                .containsExactly(3L, 5L, 9L, 1L, 7L);
        assertThat(ids(TaskQuery.all().orderBy(TaskOrder.CREATED, Direction.DESC)))
                .containsExactly(7L, 1L, 9L, 5L, 3L);
        clock.advance();
        tasks.complete(5);
        assertThat(ids(TaskQuery.all().orderBy(TaskOrder.UPDATED, Direction.DESC)))
                .containsExactly(5L, 7L, 1L, 9L, 3L);
    }

    @Test
    void countAndExistsIgnoreTheLimit() {
        LongStream.range(0, 10).forEach(id -> tasks.create(id, "t" + id));
        TaskQuery query = TaskQuery.all().titleContains("T").limit(3);
        assertThat(ids(query)).containsExactly(0L, 1L, 2L);
        assertThat(tasks.count(query)).isEqualTo(10);
        assertThat(tasks.count(TaskQuery.all().limit(1))).isEqualTo(10);
        assertThat(tasks.exists(query)).isTrue();
        assertThat(tasks.exists(TaskQuery.all().status(TaskStatus.COMPLETED))).isFalse();
        assertThatThrownBy(() -> TaskQuery.all().limit(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void titlesAreFoundWhateverTheirCase() {
        List<String> titles =
                List.of("\u0131\u015F\u0131k", "300 \u212A", "Stra\u00DFe", "\u039F\u0394\u039F\u03A3", "ISIK");
        for (int i = 0; i < titles.size(); i++) {
            tasks.create(i, titles.get(i));
        }
        assertThat(ids(TaskQuery.all().titleContains("\u0131\u015E\u0131K"))).containsExactly(0L);
        assertThat(ids(TaskQuery.all().titleContains("300 k"))).containsExactly(1L);
        assertThat(ids(TaskQuery.all().titleContains("STRASSE"))).containsExactly(2L);
        assertThat(ids(TaskQuery.all().titleContains("\u03BF\u03B4\u03BF\u03C2")))
                .containsExactly(3L);
        assertThat(ids(TaskQuery.all().titleContains("isik"))).containsExactly(4L);
    }

    @Test
    void everyQueryAgreesWithAStreamOverAllRows() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            long id = random.nextInt(1_500);
            switch (random.nextInt(5)) {
                case 0 -> tasks.complete(id);
                case 1 -> tasks.delete(id);
                case 2 -> tasks.rename(id, "renamed " + random.nextInt(50));
                default -> tasks.create(id, "Task " + random.nextInt(50));
            }
            if (random.nextInt(3) == 0) {
                clock.advance();
            }
        }
        List<Task> all = tasks.find(TaskQuery.all());
        for (int i = 0; i < 500; i++) {
            TaskQuery query = randomQuery(random);
            List<Task> expected = expected(all, query);
            assertThat(tasks.find(query)).as("seed=%d, query=%s", seed, query).isEqualTo(expected);
        }
    }

    @Test
    void watchersSeeTheResultOfTheirQuery() {
        TaskQuery pending = TaskQuery.all().status(TaskStatus.PENDING);
        StepVerifier.create(tasks.watch(pending)
                        .map(found -> found.stream().map(Task::id).toList()))
                .expectNext(List.of())
                .then(() -> tasks.create(1, "one"))
                .expectNext(List.of(1L))
                .then(() -> tasks.create(2, "two"))
                .expectNext(List.of(1L, 2L))
                .then(() -> tasks.complete(1))
                .expectNext(List.of(2L))
                .then(cortex::close)
                .expectComplete()
                .verify(LONG);
    }

    @Test
    void anotherDurabilityIsAnotherViewOfTheSameTasks() {
        TasksRepository written = tasks.withDurability(Durability.WRITTEN);
        written.create(1, "one");
        assertThat(tasks.findById(1)).isPresent();
        assertThat(tasks.withDurability(Durability.FSYNCED)).isSameAs(tasks);
        assertThat(cortex.tasks()).isSameAs(tasks);
    }

    @Test
    void aWriteIsSeenByAllWhenItReturns() throws Exception {
        int writers = 8;
        int each = 2_000;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        CyclicBarrier start = new CyclicBarrier(writers);
        List<Future<Integer>> unseen = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            long base = (long) writer * each;
            unseen.add(threads.submit(() -> {
                start.await();
                int missing = 0;
                for (long id = base; id < base + each; id++) {
                    long before = tasks.create(id, "task " + id).sequence();
                    missing += tasks.findById(id).isPresent() ? 0 : 1;
                    missing += tasks.complete(id).sequence() > before ? 0 : 1;
                    missing += tasks.findById(id)
                                    .filter(task -> task.status() == TaskStatus.COMPLETED)
                                    .isPresent()
                            ? 0
                            : 1;
                }
                return missing;
            }));
        }
        for (Future<Integer> missing : unseen) {
            assertThat(missing.get(100, TimeUnit.SECONDS)).isZero();
        }
        threads.shutdown();
        assertThat(tasks.count(TaskQuery.all().status(TaskStatus.COMPLETED))).isEqualTo((long) writers * each);
    }

    @Test
    void randomCommandsAgreeWithAMapAlsoAfterReopening() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<Long, Task> expected = new HashMap<>();
        Redex disk = Redex.onDisk(directory, RedexConfig.defaults().withSegmentBytes(64 * 1024));
        Cortex open = Cortex.open(disk, CortexConfig.defaults().withClock(clock));
        try {
            for (int step = 0; step < 6_000; step++) {
                if (random.nextInt(500) == 0) {
                    open.close();
                    if (random.nextBoolean()) {
                        disk.close();
                        disk = Redex.onDisk(directory, RedexConfig.defaults().withSegmentBytes(64 * 1024));
                    }
                    open = Cortex.open(disk, CortexConfig.defaults().withClock(clock));
                    assertThat(open.tasks().find(TaskQuery.all()))
                            .as("seed=%d, step=%d", seed, step)
                            .containsExactlyInAnyOrderElementsOf(expected.values());
                }
                clock.advance();
                boolean forced = random.nextInt(50) == 0;
                TasksRepository at = open.tasks().withDurability(forced ? Durability.FSYNCED : Durability.WRITTEN);
                long id = random.nextInt(200) - 100L;
                String title = "title " + random.nextInt(3);
                int command = random.nextInt(5);
                Outcome outcome = apply(expected, command, id, title);
                assertThat(run(at, command, id, title).outcome())
                        .as("seed=%d, step=%d, command=%d, id=%d", seed, step, command, id)
                        .isEqualTo(outcome);
                assertThat(at.findById(id).orElse(null))
                        .as("seed=%d, step=%d", seed, step)
                        .isEqualTo(expected.get(id));
            }
        } finally {
            open.close();
            disk.close();
        }
    }

    private static WriteResult run(TasksRepository tasks, int command, long id, String title) {
        return switch (command) {
            case 0 -> tasks.create(id, title);
            case 1 -> tasks.rename(id, title);
            case 2 -> tasks.complete(id);
            case 3 -> tasks.reopen(id);
            default -> tasks.delete(id);
        };
    }

    private Outcome apply(Map<Long, Task> expected, int command, long id, String title) {
        Instant now = clock.instant();
        Task task = expected.get(id);
        if ((task == null) != (command == 0)) {
            return Outcome.REJECTED;
        }
        if (task == null) {
            expected.put(id, new Task(id, title, TaskStatus.PENDING, now, now));
            return Outcome.APPLIED;
        }
        Task changed = switch (command) {
            case 1 -> new Task(id, title, task.status(), task.createdAt(), now);
            case 2 -> new Task(id, task.title(), TaskStatus.COMPLETED, task.createdAt(), now);
            case 3 -> new Task(id, task.title(), TaskStatus.PENDING, task.createdAt(), now);
            default -> null;
        };
        if (changed == null) {
            expected.remove(id);
            return Outcome.APPLIED;
        }
        if (changed.title().equals(task.title()) && changed.status() == task.status()) {
            return Outcome.NO_OP;
        }
        expected.put(id, changed);
        return Outcome.APPLIED;
    }

    private static TaskQuery randomQuery(Random random) {
        TaskQuery query = TaskQuery.all()
                .orderBy(
                        ORDERS.get(random.nextInt(ORDERS.size())),
                        random.nextBoolean() ? Direction.ASC : Direction.DESC);
        if (random.nextBoolean()) {
            query = query.status(random.nextBoolean() ? TaskStatus.PENDING : TaskStatus.COMPLETED);
        }
        if (random.nextBoolean()) {
            query = query.titleContains(random.nextBoolean() ? "TASK 1" : "4");
        }
        return random.nextBoolean() ? query.limit(1 + random.nextInt(random.nextBoolean() ? 10 : 2_000)) : query;
    }

    /** The same by the plainest means. */
    private static List<Task> expected(List<Task> all, TaskQuery query) {
        Comparator<Task> order = switch (query.order()) {
            case ID -> Comparator.comparing(Task::id);
            case CREATED -> Comparator.comparing(Task::createdAt).thenComparing(Task::id);
            case UPDATED -> Comparator.comparing(Task::updatedAt).thenComparing(Task::id);
        };
        String needle = query.title() == null ? "" : query.title().toString().replace("\"", "");
        Stream<Task> matching = all.stream()
                .filter(task -> query.status() == null || query.status() == task.status())
                .filter(task -> task.title().toLowerCase(Locale.ROOT).contains(needle));
        return matching.sorted(query.direction() == Direction.ASC ? order : order.reversed())
                .limit(query.limit().max())
                .toList();
    }

    private List<Long> ids(TaskQuery query) {
        return tasks.find(query).stream().map(Task::id).toList();
    }

    /** Stands still until moved. */
    private static final class HandClock extends Clock {

        private volatile Instant now = Instant.parse("2026-01-02T03:04:05.678901234Z");

        void set(Instant instant) {
            now = instant;
        }

        Instant advance() {
            now = now.plusNanos(1_000_003);
            return now;
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
