package io.netbus.redex;

import static io.netbus.redex.LogFiles.payloads;
import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** When records are forced, by how many forces, and what happens when the disk fails. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class ForceTests {

    private static final long TIMEOUT_SECONDS = 60;

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path base;

    private final FaultyStore store = new FaultyStore();
    private LogFiles files;
    private Redex redex;
    private RedexLog log;

    @BeforeEach
    void open() {
        files = new LogFiles(base, mode);
        redex = files.open(store);
        log = redex.log("orders");
        store.forces.set(0);
        store.calls.clear();
    }

    @AfterEach
    void close() {
        redex.close();
    }

    // --- when

    /** The first takes back that nothing follows what was found at opening. */
    @Test
    void ofAllAppendsTheFirstAloneForces() {
        log.append(utf8("a"), 1);
        assertThat(store.calls)
                .filteredOn(call -> !call.startsWith("truncate"))
                .containsExactly("force 00000000000000000000.log");

        log.append(utf8("b"), 1);
        log.append(utf8("c"), 1);

        assertThat(log.forcedSequence()).isZero();
        assertThat(store.forces).hasValue(1);
    }

    @Test
    void theFirstAppendIsWrittenOnlyOnceItsForceHasSucceeded() {
        store.onForce = path -> {
            assertThat(log.nextSequence()).isZero();
            assertThat(LogFiles.frameOffsets(files.bytes(0))).hasSize(1);
        };
        log.append(utf8("a"), 1);
        assertThat(LogFiles.frameOffsets(files.bytes(0))).hasSize(2);
        store.onForce = path -> {};
        log.close();
        log = redex.log("orders");

        store.onForce = FaultyStore.failing("disk is gone, on purpose");
        assertThatExceptionOfType(LogFailedException.class)
                .isThrownBy(() -> log.append(utf8("b"), 1))
                .withMessageContaining("disk is gone");

        assertThat(LogFiles.frameOffsets(files.bytes(0))).hasSize(2);
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("b"), 1));
        store.onForce = path -> {};
        log.close();
        log = redex.log("orders");
        assertThat(payloads(log)).containsExactly("a");
    }

    @Test
    void anOldRecordIsForcedUnasked() {
        redex.close();
        redex = DiskRedex.open(base, files.config.withForceInterval(Duration.ofMillis(1)), store);
        log = redex.log("orders");

        log.append(utf8("a"), 1);

        await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS)).until(() -> log.forcedSequence() == 1);
    }

    @Test
    void underNeverNothingIsForcedUnasked() {
        RedexLog never = open(ForcePolicy.never());
        LogFiles.append(never, "a", "b");

        assertThat(isForceDueInAYear(never)).isFalse();
        never.sync();
        assertThat(never.forcedSequence()).isEqualTo(2);
    }

    /** Those of a batch count each; what was forced for another reason counts no more. */
    @Test
    void soManyRecordsAreForcedUnasked() {
        RedexLog tenth = open(ForcePolicy.every(10));
        LogFiles.append(tenth, "1", "2", "3", "4", "5", "6", "7");
        assertThat(isForceDueInAYear(tenth)).isFalse();
        tenth.sync();
        LogFiles.append(tenth, "8", "9", "10", "11", "12", "13", "14");
        assertThat(isForceDueInAYear(tenth)).isFalse();
        assertThat(tenth.forcedSequence()).isEqualTo(7);

        tenth.append(new RecordBatch(0).add(utf8("15")).add(utf8("16")).add(utf8("17")), 1);

        awaitForced(tenth, 17);
        assertThatIllegalArgumentException().isThrownBy(() -> ForcePolicy.every(0));
    }

    /** Those of a batch count, and of heads; what was forced for another reason counts no more. */
    @Test
    void soManyBytesAreForcedUnaskedBeforeTheirTimeComes() {
        String large = "x".repeat(4_000);
        RedexLog bytes = open(ForcePolicy.intervalOrBytes(Duration.ofHours(1), 10_000));
        LogFiles.append(bytes, large, large);
        assertThat(bytes.stats().unforcedBytes()).isBetween(8_000L, 9_000L);
        bytes.sync();
        assertThat(bytes.stats().unforcedBytes()).isZero();
        LogFiles.append(bytes, large, large);
        assertThat(((DiskLog) bytes).forcer().isForceDue(System.nanoTime())).isFalse();
        assertThat(bytes.forcedSequence()).isEqualTo(2);

        bytes.append(new RecordBatch(0).add(utf8(large)).add(utf8(large)), 1);

        awaitForced(bytes, 6);
        assertThatIllegalArgumentException().isThrownBy(() -> ForcePolicy.intervalOrBytes(Duration.ofHours(1), 0));
    }

    @Test
    void closingForcesUnderEveryPolicy() {
        Duration hour = Duration.ofHours(1);
        for (ForcePolicy policy : List.of(
                ForcePolicy.never(),
                ForcePolicy.every(1_000),
                ForcePolicy.interval(hour),
                ForcePolicy.intervalOrBytes(hour, 1_000_000),
                ForcePolicy.eachAppend())) {
            RedexLog closing = open(policy);
            closing.append(utf8("a"), 1);
            store.forces.set(0);
            closing.close();
            assertThat(closing.forcedSequence()).as(policy.toString()).isEqualTo(closing.nextSequence());
            assertThat(store.forces.get()).as(policy.toString()).isPositive();
        }
    }

    private RedexLog open(ForcePolicy policy) {
        RedexLog opened = redex.log("with-a-policy", redex.logDefaults().withForcePolicy(policy));
        assertThat(opened.forcedSequence()).isEqualTo(opened.nextSequence());
        return opened;
    }

    private static boolean isForceDueInAYear(RedexLog log) {
        return ((DiskLog) log)
                .forcer()
                .isForceDue(System.nanoTime() + Duration.ofDays(365).toNanos());
    }

    private static void awaitForced(RedexLog log, long sequence) {
        await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS)).until(() -> log.forcedSequence() == sequence);
    }

    @Test
    void aLogWithNothingNewIsNotForced() throws Exception {
        log.append(utf8("a"), 1);
        RedexLog other = redex.log("other");
        other.append(utf8("a"), 1);
        store.forces.set(0);
        get(log.whenForced(1).toCompletableFuture());
        assertThat(store.forces).hasValue(1);
        store.forces.set(0);

        get(log.whenForced(1).toCompletableFuture());
        get(other.whenForced(1).toCompletableFuture());

        assertThat(store.forces).hasValue(1);
    }

    @Test
    void anAppendThatAsksForItReturnsForced() {
        for (int i = 0; i < 3; i++) {
            log.append(utf8("a"), 1, Acknowledgement.FSYNCED);
            assertThat(log.forcedSequence()).isEqualTo(2 * i + 1);

            log.append(new RecordBatch(0).add(utf8("b")), 1, Acknowledgement.FSYNCED);
            assertThat(log.forcedSequence()).isEqualTo(2 * i + 2);
        }
    }

    /** A crash may keep the tip and lose the bytes. */
    @Test
    void aTipVouchesOnlyForWhatIsForced() throws Exception {
        List<Long> ahead = new CopyOnWriteArrayList<>(); // at each force
        store.onForce = path -> ahead.add(LogFiles.tip(files.bytes(0)).nextSequence() - log.forcedSequence());
        for (int i = 0; i < 3; i++) {
            log.append(utf8("a"), 1);
            get(log.whenForced(i + 1).toCompletableFuture());
        }
        store.onForce = path -> {};

        assertThat(ahead).hasSizeGreaterThanOrEqualTo(3).allMatch(records -> records <= 0);
    }

    @Test
    void aForceCoversWhatWasAppendedBeforeIt() throws Exception {
        log.append(utf8("a"), 1);
        log.append(utf8("b"), 1);
        log.append(utf8("c"), 1);
        store.forces.set(0);

        get(log.whenForced(1).toCompletableFuture());

        assertThat(log.forcedSequence()).isEqualTo(3);
        assertThat(store.forces).hasValue(1);
    }

    // --- group commit

    @Test
    void allWhoWaitDuringAForceShareTheNext() throws Exception {
        CountDownLatch forcing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        log.append(utf8("first"), 1);
        store.forces.set(0);
        store.onForce = path -> {
            forcing.countDown();
            LogFiles.await(release);
        };
        CompletableFuture<Void> first = log.whenForced(1).toCompletableFuture();
        assertThat(forcing.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        List<CompletableFuture<Void>> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            long sequence = log.append(utf8("other"), 1);
            others.add(log.whenForced(sequence + 1).toCompletableFuture());
        }
        assertThat(others).noneMatch(CompletableFuture::isDone);

        release.countDown();
        get(first);
        for (CompletableFuture<Void> other : others) {
            get(other);
        }

        assertThat(store.forces).hasValue(2);
    }

    /** All threads have appended before any asks, so one force a round is enough, whoever comes first. */
    @Test
    void eightThreadsThatWaitShareForces() throws Exception {
        int threads = 8;
        int rounds = 100;
        log.append(utf8("x"), 1);
        store.forces.set(0);
        CyclicBarrier appended = new CyclicBarrier(threads);
        CyclicBarrier forced = new CyclicBarrier(threads);
        List<CompletableFuture<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            tasks.add(done);
            new Thread(() -> {
                        try {
                            for (int round = 0; round < rounds; round++) {
                                long sequence = log.append(utf8("x"), 1);
                                appended.await();
                                get(log.whenForced(sequence + 1).toCompletableFuture());
                                forced.await();
                            }
                            done.complete(null);
                        } catch (Exception e) {
                            done.completeExceptionally(e);
                        }
                    })
                    .start();
        }
        for (CompletableFuture<Void> task : tasks) {
            get(task);
        }

        assertThat(log.nextSequence()).isEqualTo((long) threads * rounds + 1);
        assertThat(store.forces.get()).isBetween(1, rounds);
    }

    @Test
    void noLogWaitsForAnothersSecondForce() throws Exception {
        List<RedexLog> logs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            logs.add(redex.log("log-" + i));
            logs.get(i).append(utf8("x"), 1);
        }
        List<Path> forced = new ArrayList<>(); // by the force thread
        CountDownLatch go = new CountDownLatch(1);
        store.onForce = path -> {
            LogFiles.await(go);
            forced.add(parent(path).getFileName());
        };
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (RedexLog one : logs) {
                waiting.add(one.whenForced(one.append(utf8("x"), 1) + 1).toCompletableFuture());
            }
        }
        go.countDown();
        for (CompletableFuture<Void> one : waiting) {
            get(one);
        }

        assertThat(forced.subList(0, 5)).doesNotHaveDuplicates();
    }

    // --- files and their names

    @Test
    void aNewLogIsForcedWithItsDirectory() {
        redex.log("fresh");

        assertThat(store.calls)
                .containsSubsequence(
                        "create 00000000000000000000.log.tmp",
                        "force 00000000000000000000.log.tmp",
                        "replace 00000000000000000000.log",
                        "forceDirectory fresh.redex",
                        "forceDirectory " + base.getFileName());
    }

    /** Each full segment is let go, exact and cut, once the next one's head and name are forced; and in order. */
    @Test
    void aNewSegmentIsForcedWithItsNameBeforeTheLastOneIsLetGo() throws Exception {
        List<String> truncate = mode == WriteMode.MAPPED // when it is mapped, and when it is let go
                ? List.of(
                        "truncate 00000000000000000001.log",
                        "truncate 00000000000000000002.log",
                        "truncate 00000000000000000000.log",
                        "truncate 00000000000000000001.log")
                : List.of(); // the other has nothing behind its last frame
        byte[] large = new byte[40_000];
        log.append(ByteBuffer.wrap(large), 1);
        store.calls.clear();
        CountDownLatch forcing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        store.onForce = path -> {
            forcing.countDown();
            LogFiles.await(go);
        };
        log.append(ByteBuffer.wrap(large), 1);
        LogFiles.await(forcing);
        log.append(ByteBuffer.wrap(large), 1);
        go.countDown();

        get(log.whenForced(3).toCompletableFuture());
        assertThat(store.calls)
                .filteredOn(call -> !call.startsWith("truncate") && !call.contains(".index"))
                .containsExactly(
                        "create 00000000000000000001.log",
                        "create 00000000000000000002.log",
                        "force 00000000000000000000.log",
                        "force 00000000000000000001.log",
                        "forceDirectory orders.redex",
                        "force 00000000000000000000.log",
                        "force 00000000000000000002.log",
                        "forceDirectory orders.redex",
                        "force 00000000000000000001.log");
        assertThat(store.calls).filteredOn(call -> call.startsWith("truncate")).containsExactlyElementsOf(truncate);
        for (long segment : List.of(0L, 1L)) {
            byte[] sealed = files.bytes(segment);
            assertThat(sealed).hasSize(LogFiles.frameOffsets(sealed).get(1));
        }

        store.calls.clear();
        log.append(utf8("x"), 1);
        get(log.whenForced(4).toCompletableFuture());
        assertThat(store.calls).containsExactly("force 00000000000000000002.log");
    }

    @Test
    void anAppenderThatIsFasterThanTheDiskWaitsForIt() throws Exception {
        byte[] large = new byte[40_000];
        log.append(ByteBuffer.wrap(large), 1);
        CountDownLatch go = new CountDownLatch(1);
        store.onForce = path -> LogFiles.await(go);
        log.append(ByteBuffer.wrap(large), 1);
        log.append(ByteBuffer.wrap(large), 1);
        CompletableFuture<Long> waiting = CompletableFuture.supplyAsync(() -> log.append(ByteBuffer.wrap(large), 1));
        log.append(utf8("fits"), 1);
        assertThat(waiting).isNotDone();
        assertThat(log.stats().segments()).isEqualTo(3);

        go.countDown();

        assertThat(waiting.get(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo(4);
    }

    @Test
    void anInterruptOfWhoWaitsForTheDiskIsKept() throws Exception {
        byte[] large = new byte[40_000];
        log.append(ByteBuffer.wrap(large), 1);
        CountDownLatch go = new CountDownLatch(1);
        store.onForce = path -> LogFiles.await(go);
        log.append(ByteBuffer.wrap(large), 1);
        log.append(ByteBuffer.wrap(large), 1);
        CompletableFuture<Boolean> kept = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            log.append(ByteBuffer.wrap(large), 1);
            kept.complete(Thread.currentThread().isInterrupted());
        });
        waiting.start();
        await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                .until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        for (int i = 0; i < 10; i++) {
            waiting.interrupt();
            assertThat(log.append(utf8("x"), 1)).isEqualTo(3 + i);
        }
        go.countDown();

        assertThat(kept.get(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(log.nextSequence()).isEqualTo(14);
        assertThat(log.stats().failure()).isNull();
    }

    /** Who forces in its own call may find a new segment by then, which takes calls that an interrupt would end. */
    @Test
    void anInterruptOfWhoForcesWhileTheLogGoesOnInANewSegmentIsKept() throws Exception {
        byte[] large = new byte[40_000];
        log.append(ByteBuffer.wrap(large), 1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Long> appended = appendToANewSegment(large, go);
        CompletableFuture<Boolean> kept = new CompletableFuture<>();
        Thread syncing = new Thread(() -> {
            Thread.currentThread().interrupt();
            try {
                log.sync();
                kept.complete(Thread.currentThread().isInterrupted());
            } catch (RedexException e) {
                kept.completeExceptionally(e);
            }
        });
        syncing.start();
        await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                .until(() -> syncing.getState() == Thread.State.TIMED_WAITING);
        go.countDown();

        assertThat(kept.get(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(appended.get(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(log.forcedSequence()).isPositive();
        assertThat(log.stats().failure()).isNull();
    }

    /** Appends in another thread what needs a new segment; returns once that waits to be made. */
    private CompletableFuture<Long> appendToANewSegment(byte[] payload, CountDownLatch go) throws IOException {
        CountDownLatch creating = new CountDownLatch(1);
        store.onCreate = path -> {
            creating.countDown();
            LogFiles.await(go);
        };
        CompletableFuture<Long> appended = CompletableFuture.supplyAsync(() -> log.append(ByteBuffer.wrap(payload), 1));
        LogFiles.await(creating);
        return appended;
    }

    /** Numbers are told, and records read, without the lock that an append holds while it waits for the disk. */
    @Test
    void aLogIsReadAndToldOfWhileAnAppendWaitsForTheDisk() throws Exception {
        byte[] large = new byte[40_000];
        log.append(ByteBuffer.wrap(large), 1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Long> appended = appendToANewSegment(large, go);

        assertThat(log.toString()).isNotEmpty();
        assertThat(redex.toString()).isNotEmpty();
        assertThat(redex.logs()).containsExactly(log);
        assertThat(log.stats().nextSequence()).isEqualTo(1);
        assertThat(log.nextSequence()).isEqualTo(1);
        assertThat(log.read(0)).isInstanceOf(ReadResult.Present.class);
        assertThat(log.sequenceAt(1)).isZero();
        assertThat(appended).isNotDone();
        go.countDown();
        assertThat(appended.get(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
    }

    /** What an appender waits for may be filled by another meanwhile; neither takes the other's bytes. */
    @Test
    void whoWaitsForTheDiskAppendsItsOwnRecordAfterwards() throws Exception {
        byte[] large = new byte[40_000];
        log.append(ByteBuffer.wrap(large), 1);
        CountDownLatch go = new CountDownLatch(1);
        store.onForce = path -> LogFiles.await(go);
        log.append(ByteBuffer.wrap(large), 1);
        log.append(ByteBuffer.wrap(large), 1);
        String mine = "mine".repeat(10_000);
        CompletableFuture<Long> single = new CompletableFuture<>();
        CompletableFuture<Long> batch = new CompletableFuture<>();
        List<Thread> waiting = List.of(
                new Thread(() -> single.complete(log.append(utf8(mine), 1))),
                new Thread(() -> batch.complete(
                        log.append(new RecordBatch(0).add(utf8(mine)).add(utf8("second")), 1))));
        waiting.forEach(Thread::start);
        for (Thread thread : waiting) {
            await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                    .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        }
        for (int i = 3; i < 20; i++) {
            log.append(utf8("other " + i), 1);
        }
        go.countDown();

        long at = single.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        long batchAt = batch.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        List<String> found = payloads(log);
        assertThat(found.get((int) at)).isEqualTo(mine);
        assertThat(found.subList((int) batchAt, (int) batchAt + 2)).containsExactly(mine, "second");
        for (int i = 3; i < 20; i++) {
            assertThat(found.get(i)).isEqualTo("other " + i);
        }
    }

    /** What was expected next when the wait began may be another's record by its end. */
    @Test
    void whoWaitsForTheDiskAppendsNothingIfAnotherWasFirst() throws Exception {
        byte[] large = new byte[40_000];
        log.append(ByteBuffer.wrap(large), 1);
        CountDownLatch go = new CountDownLatch(1);
        store.onForce = path -> LogFiles.await(go);
        log.append(ByteBuffer.wrap(large), 1);
        log.append(ByteBuffer.wrap(large), 1);
        CompletableFuture<OptionalLong> late = new CompletableFuture<>();
        Thread waiting = new Thread(() -> late.complete(log.appendIfNext(3, new RecordBatch(0).add(large), 1)));
        waiting.start();
        await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                .until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        assertThat(log.append(utf8("first"), 1)).isEqualTo(3);
        go.countDown();

        assertThat(late.get(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEmpty();
        assertThat(payloads(log)).hasSize(4).endsWith("first");
    }

    /** A crash in between must not find fewer segments than the checkpoint tells of. */
    @Test
    void theNewStartIsForcedBeforeWhatLiesBelowItIsDeleted() throws Exception {
        LogConfig own = files.config.logDefaults().withRetention(Retention.all().withMaxRecords(1));
        RedexLog few = redex.log("few", own);
        for (int i = 0; i < 3; i++) {
            few.append(ByteBuffer.wrap(new byte[40_000]), 1);
        }
        get(few.whenForced(3).toCompletableFuture());
        store.calls.clear();

        few.sweep();

        assertThat(few.firstSequence()).isEqualTo(2);
        int firstDeletion = store.calls.indexOf("delete 00000000000000000000.log");
        assertThat(firstDeletion).isPositive();
        assertThat(store.calls.subList(0, firstDeletion)).contains("force checkpoint");
        few.close();
        assertThat(redex.log("few", own).firstSequence()).isEqualTo(2);
    }

    @Test
    void openingALogThatWasClosedForcesAndChangesNothing() throws IOException {
        log.append(utf8("x".repeat(40_000)), 1);
        log.append(utf8("x".repeat(40_000)), 1);
        log.close();
        Map<String, String> before = files.content();
        store.calls.clear();

        log = redex.log("orders");

        assertThat(log.forcedSequence()).isEqualTo(2);
        log.close();
        assertThat(store.calls)
                .as("names that a process gave which died before it forced them")
                .containsExactly("forceDirectory orders.redex", "forceDirectory " + base.getFileName());
        assertThat(files.content()).isEqualTo(before);
    }

    /** A killed process leaves records in the page cache alone; opening again must not take them for forced. */
    @Test
    void recordsOfAProcessThatDiedAreForcedAnewBeforeTheOldOnesGo() throws Exception {
        redex.close();
        files.dieUnforced(log -> LogFiles.append(log, "x".repeat(40_000), "y".repeat(40_000), "z".repeat(40_000)));
        redex = files.open(store);
        store.calls.clear();

        log = redex.log("orders");

        assertThat(log.forcedSequence()).isEqualTo(3);
        assertThat(store.calls)
                .filteredOn(call -> !call.contains(".index"))
                .containsExactly(
                        "create 00000000000000000000.log.tmp",
                        "force 00000000000000000000.log.tmp",
                        "replace 00000000000000000000.log",
                        "forceDirectory orders.redex",
                        "delete 00000000000000000001.log",
                        "delete 00000000000000000002.log",
                        "forceDirectory orders.redex",
                        "force checkpoint",
                        "forceDirectory orders.redex",
                        "forceDirectory " + base.getFileName());
    }

    @Test
    void aForceThatFailsWhileOpeningLeavesTheLogClosed() throws Exception {
        redex.close();
        files.die(log -> log.append(utf8("a"), 1));
        redex = files.open(store);
        store.onForce = FaultyStore.failing("on purpose");

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> redex.log("orders"))
                .withMessageContaining("log=orders");

        store.onForce = path -> {};
        assertThat(redex.log("orders").nextSequence()).isEqualTo(1);
    }

    // --- failures

    @Test
    void aFailedForceEndsInAReadOnlyLogAndTellsAllWaiters() throws Exception {
        log.append(utf8("safe"), 1);
        get(log.whenForced(1).toCompletableFuture());
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        store.onForce = path -> {
            LogFiles.await(go);
            attempts.incrementAndGet();
            throw new IOException("disk is gone, on purpose");
        };
        log.append(utf8("a"), 1);
        CompletableFuture<Void> first = log.whenForced(2).toCompletableFuture();
        log.append(utf8("b"), 1);
        CompletableFuture<Void> second = log.whenForced(3).toCompletableFuture();
        go.countDown();

        assertFailed(first);
        assertFailed(second);
        assertFailed(log.whenForced(3).toCompletableFuture());
        assertThat(log.whenForced(1).toCompletableFuture()).isCompleted();
        assertThatExceptionOfType(LogFailedException.class)
                .isThrownBy(() -> log.append(utf8("c"), 1))
                .withMessageContaining("log=orders")
                .withMessageContaining("disk is gone")
                .havingCause()
                .isInstanceOf(IOException.class);
        assertThat(log.forcedSequence()).isEqualTo(1);
        assertThat(log.stats().failure()).contains("disk is gone");
        assertThat(payloads(log)).containsExactly("safe", "a", "b");
        log.close();
        assertThat(attempts).as("a failed force is never tried again").hasValue(1);
    }

    @Test
    void aFailedDirectoryForceCountsAsAFailedForce() throws Exception {
        byte[] large = new byte[40_000];
        log.append(ByteBuffer.wrap(large), 1);
        store.onForce = path -> { // before the second, which makes a segment: the full one is forced at once
            if (path.endsWith("orders.redex")) {
                throw new IOException("on purpose");
            }
        };
        log.append(ByteBuffer.wrap(large), 1);

        assertFailed(log.whenForced(2).toCompletableFuture());
        assertThat(log.forcedSequence()).isZero();
    }

    /** A segment that cannot be made for want of room is asked for again by the next append. */
    @Test
    void aFullDiskIsATypedErrorThatLosesNothingAndPasses() throws Exception {
        log.append(utf8("x".repeat(40_000)), 1);
        LogFiles.force(log);
        store.usableBytes = 0;
        FaultyStore.Fault full = FaultyStore.failing("No space left on device");
        FaultyStore.Fault forAppenders = path -> {
            if (!isForceThread()) { // its tips go where there are blocks already
                full.before(path);
            }
        };
        FaultyStore.Fault behindTheHead = path -> {
            if (!isForceThread()) {
                store.onWrite = forAppenders;
            }
        };
        for (FaultyStore.Fault fault : List.of(forAppenders, behindTheHead)) {
            store.onWrite = fault;
            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(LogFullException.class)
                        .isThrownBy(() -> log.append(utf8("y".repeat(40_000)), 1))
                        .withMessageContaining("log=orders")
                        .withMessageContaining("directory=" + files.directory)
                        .havingCause()
                        .withMessageContaining("No space left on device");
            }
            assertThat(log.nextSequence()).isEqualTo(1);
            assertThat(log.stats().failure()).isNull();
            await().alias("the force thread comes to rest")
                    .atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                    .until(() -> !((DiskLog) log).forcer().isForceDue(System.nanoTime()));
        }

        store.onWrite = path -> {};
        store.usableBytes = -1;
        assertThat(log.append(utf8("z".repeat(40_000)), 1)).isEqualTo(1);
        LogFiles.force(log);
        log.close();
        log = redex.log("orders");
        assertThat(payloads(log)).containsExactly("x".repeat(40_000), "z".repeat(40_000));
        assertThat(log.epoch()).isZero();
    }

    @Test
    void aRefusedAppendChangesNothingAndNobodyHearsOfIt() throws Exception {
        log.append(utf8("x".repeat(40_000)), 5);
        LogFiles.force(log);
        AtomicInteger hints = new AtomicInteger();
        log.onAppend(hints::incrementAndGet);
        LogCursor follower = log.cursor(1);
        RedexLogStats before = log.stats();
        store.usableBytes = 0;
        store.onWrite = path -> {
            if (!isForceThread()) {
                throw new IOException("No space left on device");
            }
        };
        RecordBatch batch = new RecordBatch(0).add(utf8("y".repeat(40_000))).add(utf8("z"));
        byte[] tooLarge = new byte[LogConfig.defaults().maxPayloadBytes() + 1];

        assertThatExceptionOfType(LogFullException.class).isThrownBy(() -> log.append(utf8("y".repeat(40_000)), 9));
        assertThatExceptionOfType(LogFullException.class).isThrownBy(() -> log.append(batch, 9));
        assertThatExceptionOfType(LogFullException.class).isThrownBy(() -> log.appendIfNext(1, batch, 9));
        assertThatExceptionOfType(PayloadTooLargeException.class)
                .isThrownBy(() -> log.append(ByteBuffer.wrap(tooLarge), 9));
        assertThat(log.appendIfNext(0, batch, 9)).isEmpty();

        assertThat(hints).hasValue(0);
        assertThat(follower.read((sequence, stamp, payload) -> true, 10)).isZero();
        assertThat(log.stats())
                .usingRecursiveComparison()
                .ignoringFields("lastForceNanos")
                .isEqualTo(before);
        assertThat(files.segments()).containsExactly(0L);
        store.onWrite = path -> {};
        store.usableBytes = -1;
        assertThat(log.append(utf8("next"), 6)).isEqualTo(1);
        assertThat(((ReadResult.Present) log.read(1)).timestampNanos()).isEqualTo(6);
        assertThat(hints).hasValue(1);
        assertThat(payloads(log)).containsExactly("x".repeat(40_000), "next");
    }

    /** With room on the disk it is no want of room. */
    @Test
    void aWriteThatFailsOtherwiseEndsInAReadOnlyLog() throws Exception {
        log.append(utf8("x".repeat(40_000)), 1);
        store.onWrite = FaultyStore.failing("Input/output error");
        store.shortWriteBytes = 20;

        assertThatExceptionOfType(LogFailedException.class)
                .isThrownBy(() -> log.append(utf8("lost".repeat(10_000)), 1))
                .withMessageContaining("Input/output error");

        store.onWrite = path -> {};
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("b"), 1));
        assertThat(log.nextSequence()).isEqualTo(1);
        assertThat(payloads(log)).containsExactly("x".repeat(40_000));
        assertFailed(log.whenForced(1).toCompletableFuture());
        assertThat(files.segments())
                .as("no trace of the segment that was to be made")
                .containsExactly(0L);
        log.close();
        log = redex.log("orders");
        assertThat(payloads(log)).containsExactly("x".repeat(40_000));
        assertThat(log.epoch()).isEqualTo(1);
        assertThat(log.append(utf8("b"), 1)).isEqualTo(1);
    }

    @Test
    void aSegmentThatCannotBeMadeFailsTheLog() {
        log.append(utf8("x".repeat(40_000)), 1);
        store.onCreate = FaultyStore.failing("Permission denied");

        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("x".repeat(40_000)), 1));

        store.onCreate = path -> {};
        log.close();
        log = redex.log("orders");
        assertThat(log.nextSequence()).isEqualTo(1);
        assertThat(log.epoch()).isEqualTo(1);
        assertThat(log.append(utf8("x".repeat(40_000)), 1)).isEqualTo(1);
    }

    @Test
    void aFailureOfOneLogLeavesOthersAlone() throws Exception {
        log.append(utf8("x".repeat(40_000)), 1);
        RedexLog other = redex.log("other");
        store.onWrite = path -> {
            if (parent(path).endsWith("orders.redex")) {
                throw new IOException("on purpose");
            }
        };
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("x".repeat(40_000)), 1));

        assertThat(other.append(utf8("a"), 1)).isZero();
        get(other.whenForced(1).toCompletableFuture());
    }

    // --- closing

    @Test
    void aDependentMayCloseItsLog() throws Exception {
        log.append(utf8("a"), 1);

        get(log.whenForced(1).thenRun(log::close).toCompletableFuture());

        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> log.append(utf8("b"), 1));
        assertThat(redex.log("orders").nextSequence()).isEqualTo(1);
    }

    @Test
    void aDependentMayCloseAll() throws Exception {
        log.append(utf8("a"), 1);

        get(log.whenForced(1).thenRun(redex::close).toCompletableFuture());

        assertThatExceptionOfType(LogClosedException.class).isThrownBy(() -> redex.log("orders"));
    }

    /** The second force is that of the tip which says so. */
    @Test
    void closingForcesWhatIsUnforcedAndCutsTheFileBehindIt() {
        log.append(utf8("a"), 1);
        store.calls.clear();

        log.close();

        assertThat(log.forcedSequence()).isEqualTo(1);
        assertThat(store.calls.subList(0, 2)).containsOnly("force 00000000000000000000.log");
        assertThat(files.bytes(0)).hasSize(LogFiles.frameOffsets(files.bytes(0)).get(1));
    }

    @Test
    void aWaiterOfALogThatClosesUnforcedIsTold() {
        log.append(utf8("a"), 1);
        store.onForce = FaultyStore.failing("on purpose");
        log.close();

        assertFailed(log.whenForced(1).toCompletableFuture());
        assertThat(log.forcedSequence()).isZero();
    }

    private static void assertFailed(CompletableFuture<Void> forced) {
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> get(forced))
                .havingCause()
                .isInstanceOf(LogFailedException.class);
    }

    private static void get(CompletableFuture<Void> future) throws Exception {
        future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private static boolean isForceThread() {
        return Thread.currentThread().getName().equals("netbus-force");
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }
}
