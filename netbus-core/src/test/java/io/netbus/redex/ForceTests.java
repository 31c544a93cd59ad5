package io.netbus.redex;

import static io.netbus.redex.LogFiles.payloads;
import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When records are forced, by how many forces, and what happens when the disk fails. */
class ForceTests {

    private static final long TIMEOUT_SECONDS = 60;
    private static final RedexConfig RARELY = LogFiles.CONFIG.withForceInterval(Duration.ofHours(1));

    @TempDir
    private Path base;

    private final FaultyStore store = new FaultyStore();
    private Redex redex;
    private RedexLog log;

    @BeforeEach
    void open() {
        redex = DiskRedex.open(base, RARELY, store);
        log = redex.log("orders");
        store.forces.set(0);
        store.calls.clear();
    }

    @AfterEach
    void close() {
        redex.close();
    }

    // --- when

    @Test
    void anAppendAloneForcesNothing() {
        log.append(utf8("a"), 1);

        assertThat(log.forcedSequence()).isZero();
        assertThat(store.forces).hasValue(0);
    }

    @Test
    void anOldRecordIsForcedUnasked() {
        redex.close();
        redex = DiskRedex.open(base, RARELY.withForceInterval(Duration.ofMillis(1)), store);
        log = redex.log("orders");

        log.append(utf8("a"), 1);

        await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS)).until(() -> log.forcedSequence() == 1);
    }

    @Test
    void aLogWithNothingNewIsNotForced() throws Exception {
        log.append(utf8("a"), 1);
        get(log.whenForced(1).toCompletableFuture());
        assertThat(store.forces).hasValue(1);
        RedexLog other = redex.log("other");
        store.forces.set(0);

        get(log.whenForced(1).toCompletableFuture());
        other.append(utf8("a"), 1);
        get(other.whenForced(1).toCompletableFuture());

        assertThat(store.forces).hasValue(1);
    }

    @Test
    void aForceCoversWhatWasAppendedBeforeIt() throws Exception {
        log.append(utf8("a"), 1);
        log.append(utf8("b"), 1);
        log.append(utf8("c"), 1);

        get(log.whenForced(1).toCompletableFuture());

        assertThat(log.forcedSequence()).isEqualTo(3);
        assertThat(store.forces).hasValue(1);
    }

    // --- group commit

    @Test
    void allWhoWaitDuringAForceShareTheNext() throws Exception {
        CountDownLatch forcing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        store.onForce = path -> {
            forcing.countDown();
            uninterrupted(release);
        };
        log.append(utf8("first"), 1);
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

        assertThat(log.nextSequence()).isEqualTo((long) threads * rounds);
        assertThat(store.forces.get()).isBetween(1, rounds);
    }

    @Test
    void noLogWaitsForAnothersSecondForce() throws Exception {
        List<RedexLog> logs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            logs.add(redex.log("log-" + i));
        }
        List<Path> forced = new ArrayList<>(); // by the force thread
        CountDownLatch go = new CountDownLatch(1);
        store.onForce = path -> {
            uninterrupted(go);
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

    @Test
    void aNewSegmentIsForcedWithItsName() throws Exception {
        byte[] large = new byte[40_000];
        log.append(ByteBuffer.wrap(large), 1);
        log.append(ByteBuffer.wrap(large), 1);
        log.append(ByteBuffer.wrap(large), 1);

        get(log.whenForced(3).toCompletableFuture());
        assertThat(store.calls)
                .containsExactly(
                        "create 00000000000000000001.log",
                        "create 00000000000000000002.log",
                        "force 00000000000000000000.log",
                        "force 00000000000000000001.log",
                        "force 00000000000000000002.log",
                        "forceDirectory orders.redex");

        store.calls.clear();
        log.append(utf8("x"), 1);
        get(log.whenForced(4).toCompletableFuture());
        assertThat(store.calls).containsExactly("force 00000000000000000002.log");
    }

    /** A killed process leaves records in the page cache alone; opening again must not take them for forced. */
    @Test
    void openingForcesAllSegmentsBeforeTheirRecordsCountAsForced() {
        log.append(utf8("x".repeat(40_000)), 1);
        log.append(utf8("x".repeat(40_000)), 1);
        log.close();
        store.calls.clear();

        log = redex.log("orders");

        assertThat(log.forcedSequence()).isEqualTo(2);
        assertThat(store.calls)
                .containsExactly(
                        "force 00000000000000000000.log",
                        "force 00000000000000000001.log",
                        "forceDirectory orders.redex",
                        "forceDirectory " + base.getFileName());
    }

    @Test
    void aForceThatFailsWhileOpeningLeavesTheLogClosed() {
        log.append(utf8("a"), 1);
        log.close();
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
            uninterrupted(go);
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
        log.append(ByteBuffer.wrap(large), 1);
        store.onForce = path -> {
            if (path.endsWith("orders.redex")) {
                throw new IOException("on purpose");
            }
        };

        assertFailed(log.whenForced(2).toCompletableFuture());
        assertThat(log.forcedSequence()).isZero();
    }

    @Test
    void aFullDiskIsATypedErrorAndPublishesNothing() throws IOException {
        log.append(utf8("a"), 1);
        store.onWrite = FaultyStore.failing("No space left on device");
        store.shortWriteBytes = 20;

        assertThatExceptionOfType(LogFailedException.class)
                .isThrownBy(() -> log.append(utf8("lost"), 1))
                .withMessageContaining("No space left on device");

        store.onWrite = path -> {};
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("b"), 1));
        assertThat(log.nextSequence()).isEqualTo(1);
        assertThat(payloads(log)).containsExactly("a");
        assertFailed(log.whenForced(1).toCompletableFuture());
        log.close();
        log = redex.log("orders");
        assertThat(payloads(log)).containsExactly("a");
        assertThat(log.epoch()).isEqualTo(1);
        assertThat(log.append(utf8("b"), 1)).isEqualTo(1);
    }

    @Test
    void aWriteThatFailedOnlyInNameMayComeBackAfterOpening() throws IOException {
        store.onWrite = FaultyStore.failing("late error, on purpose");
        store.shortWriteBytes = Integer.MAX_VALUE;
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("unknown"), 1));
        assertThat(log.nextSequence()).isZero();
        store.onWrite = path -> {};
        log.close();

        log = redex.log("orders");

        assertThat(payloads(log)).containsExactly("unknown");
        assertThat(log.epoch()).isZero();
    }

    @Test
    void aSegmentThatCannotBeMadeFailsTheLog() {
        log.append(utf8("x".repeat(40_000)), 1);
        store.onCreate = FaultyStore.failing("No space left on device");

        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("x".repeat(40_000)), 1));

        store.onCreate = path -> {};
        log.close();
        log = redex.log("orders");
        assertThat(log.nextSequence()).isEqualTo(1);
        assertThat(log.epoch()).isZero();
        assertThat(log.append(utf8("x".repeat(40_000)), 1)).isEqualTo(1);
    }

    @Test
    void aSegmentWhoseHeadIsNotWrittenIsMadeAnew() throws IOException {
        log.append(utf8("x".repeat(40_000)), 1);
        store.onWrite = FaultyStore.failing("No space left on device");
        store.shortWriteBytes = 20;
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("x".repeat(40_000)), 1));
        store.onWrite = path -> {};
        log.close();

        log = redex.log("orders");

        assertThat(log.nextSequence()).isEqualTo(1);
        assertThat(log.append(utf8("next"), 1)).isEqualTo(1);
    }

    @Test
    void aFailureOfOneLogLeavesOthersAlone() throws Exception {
        RedexLog other = redex.log("other");
        store.onWrite = path -> {
            if (parent(path).endsWith("orders.redex")) {
                throw new IOException("on purpose");
            }
        };
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("a"), 1));

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

    @Test
    void closingForcesWhatIsUnforced() {
        log.append(utf8("a"), 1);

        log.close();

        assertThat(log.forcedSequence()).isEqualTo(1);
        assertThat(store.forces).hasValue(1);
    }

    @Test
    void aWaiterOfALogThatClosesUnforcedIsTold() {
        store.onForce = FaultyStore.failing("on purpose");
        log.append(utf8("a"), 1);
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

    private static void uninterrupted(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }
}
