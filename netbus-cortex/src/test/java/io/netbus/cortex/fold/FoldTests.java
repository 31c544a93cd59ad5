package io.netbus.cortex.fold;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.netbus.cortex.envelope.ModelEvent;
import io.netbus.cortex.envelope.SourcePosition;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FoldTests {

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Redex redex = Redex.inMemory(RedexConfig.defaults());
    private final FaultyLog log = new FaultyLog(redex.log("cortex/words"));
    private final AtomicReference<Runnable> onFold = new AtomicReference<>(() -> {});

    /** Counts words; a "bad" one throws. */
    private final Model<Rows<String>> words = Model.named("words", Rows.<String>empty(), Rows::size)
            .on("word.said", 1, (rows, recorded) -> {
                onFold.get().run();
                String word = new String(recorded.event().body(), UTF_8);
                if (word.equals("bad")) {
                    throw new IllegalStateException("will not have it");
                }
                return word.equals("hush") ? rows : rows.put(recorded.sequence(), word);
            })
            .build();

    @AfterEach
    void close() {
        redex.close();
    }

    @Test
    void anOpenedFoldHoldsWhatIsInTheLog() {
        for (int i = 0; i < 10_000; i++) {
            log.append(ByteBuffer.wrap(said("word " + i)), 0);
        }
        try (Fold<Rows<String>> fold = open()) {
            assertThat(fold.read().size()).isEqualTo(10_000);
            assertThat(fold.stats())
                    .isEqualTo(new FoldStats("words", FoldStats.State.READY, 0, 10_000, 9_999, 0, 0, null));
        }
    }

    @Test
    void aWriteIsVisibleWhenItReturns() {
        try (Fold<Rows<String>> fold = open()) {
            assertThat(say(fold, "first")).isEqualTo(new WriteResult(0, Outcome.APPLIED, null));
            assertThat(fold.read().get(0)).isEqualTo("first");
        }
    }

    @Test
    void aBatchIsSeenWholeOrNotAtAll() throws Exception {
        try (Fold<Rows<String>> fold = open()) {
            AtomicBoolean done = new AtomicBoolean();
            ExecutorService reader = Executors.newSingleThreadExecutor();
            Future<Integer> torn = reader.submit(() -> {
                int seen = 0;
                while (!done.get()) {
                    seen += fold.read().size() % 3 == 0 ? 0 : 1;
                }
                return seen;
            });
            for (int i = 0; i < 5_000; i++) {
                fold.write(
                        (rows, pending) -> {
                            for (int j = 0; j < 3; j++) {
                                pending.add(word("w"));
                            }
                            return Decision.APPLY;
                        },
                        false);
            }
            done.set(true);
            assertThat(torn.get(60, TimeUnit.SECONDS)).isZero();
            reader.shutdown();
        }
    }

    @Test
    void aCommandThatDoesNotApplyAppendsNothing() {
        try (Fold<Rows<String>> fold = open()) {
            say(fold, "first");
            assertThat(fold.write((rows, pending) -> Decision.noOp("said already"), true))
                    .isEqualTo(new WriteResult(0, Outcome.NO_OP, "said already"));
            assertThat(fold.write(
                            (rows, pending) -> {
                                pending.add(word("dropped"));
                                return Decision.rejected("not now");
                            },
                            true))
                    .isEqualTo(new WriteResult(0, Outcome.REJECTED, "not now"));
            assertThat(log.nextSequence()).isEqualTo(1);
        }
    }

    @Test
    void whatACommandThrowsReachesTheWriterAndNothingIsAppended() {
        try (Fold<Rows<String>> fold = open()) {
            assertThatThrownBy(() -> fold.write(
                            (rows, pending) -> {
                                pending.add(word("dropped"));
                                throw new IllegalArgumentException("no");
                            },
                            false))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(say(fold, "next").sequence()).isZero();
        }
    }

    @Test
    void aBadEventIsQuarantinedAndTheFoldGoesOn() {
        log.append(ByteBuffer.wrap(said("one")), 0);
        log.append(ByteBuffer.wrap("no envelope".getBytes(UTF_8)), 0);
        log.append(ByteBuffer.wrap(said("bad")), 0);
        log.append(ByteBuffer.wrap(new ModelEvent("word.said", 2, new byte[0]).encode()), 0);
        log.append(ByteBuffer.wrap(said("two")), 0);
        try (Fold<Rows<String>> fold = open()) {
            assertThat(fold.read().size()).isEqualTo(2);
            assertThat(fold.quarantined())
                    .extracting(QuarantinedEvent::sequence)
                    .containsExactly(1L, 2L, 3L);
            assertThat(fold.quarantined().get(2).reason()).contains("schemaVersion=2", "newestKnown=1");
            assertThat(fold.stats().quarantined()).isEqualTo(3);
            assertThat(fold.stats().lastError()).contains("newestKnown=1");
            assertThat(fold.stats().state()).isEqualTo(FoldStats.State.READY);
        }
    }

    @Test
    void aWriteThatCannotBeFoldedSaysSo() {
        try (Fold<Rows<String>> fold = open()) {
            assertThatThrownBy(() -> say(fold, "bad"))
                    .isInstanceOf(EventQuarantinedException.class)
                    .hasMessageContaining("sequence=0")
                    .hasMessageContaining("will not have it");
            assertThat(say(fold, "good").sequence()).isEqualTo(1);
        }
    }

    @Test
    void onlyTheNewestQuarantinedEventsAreKept() {
        for (int i = 0; i < 250; i++) {
            log.append(ByteBuffer.wrap(said("bad")), 0);
        }
        try (Fold<Rows<String>> fold = open()) {
            assertThat(fold.stats().quarantined()).isEqualTo(250);
            assertThat(fold.quarantined())
                    .hasSize(100)
                    .last()
                    .satisfies(each -> assertThat(each.sequence()).isEqualTo(249));
        }
    }

    @Test
    void anEventOfUnknownTypeIsIgnoredAndCounted() {
        log.append(ByteBuffer.wrap(new ModelEvent("word.sung", 7, new byte[0]).encode()), 0);
        try (Fold<Rows<String>> fold = open()) {
            assertThat(fold.stats().ignored()).isEqualTo(1);
            assertThat(fold.stats().appliedSequence()).isZero();
            assertThat(fold.stats().lastError()).isNull();
        }
    }

    @Test
    void anUnknownFormatHaltsTheFold() {
        byte[] newer = said("one");
        newer[1] = 2;
        log.append(ByteBuffer.wrap(newer), 0);
        try (Fold<Rows<String>> fold = open()) {
            assertThatThrownBy(fold::read)
                    .isInstanceOf(FoldHaltedException.class)
                    .hasMessageContaining("format=2, known=1");
            assertThat(fold.stats().state()).isEqualTo(FoldStats.State.HALTED);
        }
    }

    @Test
    void anUnreadableLogHaltsTheFoldAtOpen() {
        log.append(ByteBuffer.wrap(said("one")), 0);
        log.failReads();
        try (Fold<Rows<String>> fold = open()) {
            assertThatThrownBy(fold::read)
                    .isInstanceOf(FoldHaltedException.class)
                    .hasRootCauseMessage("the disk is gone");
            assertThatThrownBy(() -> say(fold, "two")).isInstanceOf(FoldHaltedException.class);
            assertThat(fold.stats().state()).isEqualTo(FoldStats.State.HALTED);
            assertThat(fold.stats().lastError()).contains("the disk is gone");
        }
    }

    @Test
    void aClosedLogHaltsTheFoldAtOpen() {
        log.close();
        try (Fold<Rows<String>> fold = open()) {
            assertThatThrownBy(fold::read).isInstanceOf(FoldHaltedException.class);
        }
    }

    @Test
    void aFailedAppendHaltsTheFold() {
        try (Fold<Rows<String>> fold = open()) {
            say(fold, "one");
            log.failAppends();
            assertThatThrownBy(() -> say(fold, "two"))
                    .isInstanceOf(FoldHaltedException.class)
                    .hasRootCauseMessage("the disk is gone");
            assertThatThrownBy(fold::read).isInstanceOf(FoldHaltedException.class);
            assertThatThrownBy(() -> say(fold, "three")).isInstanceOf(FoldHaltedException.class);
        }
    }

    @Test
    void aWriteFromInsideAFoldOrACommandIsRefused() {
        try (Fold<Rows<String>> fold = open()) {
            assertThatThrownBy(() -> fold.write(
                            (rows, pending) -> new Decision(say(fold, "x").outcome(), null), false))
                    .isInstanceOf(WriteInsideFoldException.class);
            onFold.set(() -> say(fold, "x"));
            assertThatThrownBy(() -> say(fold, "one"))
                    .isInstanceOf(EventQuarantinedException.class)
                    .hasMessageContaining("WriteInsideFoldException");
            onFold.set(() -> {});
            assertThat(say(fold, "two").sequence()).isEqualTo(1);
        }
    }

    @Test
    void writersThatWaitForTheDiskShareAForce() throws Exception {
        try (Fold<Rows<String>> fold = open()) {
            log.holdForces();
            ExecutorService writers = Executors.newFixedThreadPool(8);
            List<Future<WriteResult>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                results.add(writers.submit(() -> fold.write(
                        (rows, pending) -> {
                            pending.add(word("w"));
                            return Decision.APPLY;
                        },
                        true)));
            }
            await().atMost(LONG).until(() -> log.waiters() == 8);
            assertThat(fold.read().size()).as("visible before it is forced").isEqualTo(8);
            assertThat(results).noneMatch(Future::isDone);
            log.force();
            for (Future<WriteResult> result : results) {
                assertThat(result.get(60, TimeUnit.SECONDS).isApplied()).isTrue();
            }
            assertThat(log.forces()).isEqualTo(1);
            writers.shutdown();
        }
    }

    @Test
    void anAnswerThatRestsOnAnUnforcedWriteWaitsForIt() throws Exception {
        try (Fold<Rows<String>> fold = open()) {
            log.holdForces();
            say(fold, "unforced");
            ExecutorService writer = Executors.newSingleThreadExecutor();
            Future<WriteResult> result =
                    writer.submit(() -> fold.write((rows, pending) -> Decision.noOp("said already"), true));
            await().atMost(LONG).until(() -> log.waiters() == 1);
            log.force();
            assertThat(result.get(60, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.NO_OP);
            writer.shutdown();
        }
    }

    @Test
    void anInterruptEndsTheWaitForTheDiskAndNothingElse() {
        try (Fold<Rows<String>> fold = open()) {
            log.holdForces();
            Thread.currentThread().interrupt();
            DurabilityUnknownException unknown = catchThrowableOfType(
                    DurabilityUnknownException.class,
                    () -> fold.write(
                            (rows, pending) -> {
                                pending.add(word("one"));
                                return Decision.APPLY;
                            },
                            true));
            assertThat(Thread.interrupted()).as("interrupt status is kept").isTrue();
            assertThat(unknown.result()).isEqualTo(new WriteResult(0, Outcome.APPLIED, null));
            assertThat(fold.read().get(0)).isEqualTo("one");
            assertThat(fold.stats().state()).isEqualTo(FoldStats.State.READY);
        }
    }

    @Test
    void aFailedForceLeavesDurabilityUnknownAndHaltsTheFold() throws Exception {
        try (Fold<Rows<String>> fold = open()) {
            log.holdForces();
            ExecutorService writer = Executors.newSingleThreadExecutor();
            Future<WriteResult> result = writer.submit(() -> fold.write(
                    (rows, pending) -> {
                        pending.add(word("one"));
                        return Decision.APPLY;
                    },
                    true));
            await().atMost(LONG).until(() -> log.waiters() == 1);
            log.failForce();
            assertThatThrownBy(() -> result.get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(DurabilityUnknownException.class)
                    .hasRootCauseMessage("the disk is gone");
            assertThatThrownBy(fold::read).isInstanceOf(FoldHaltedException.class);
            writer.shutdown();
        }
    }

    @Test
    void whatOthersAppendIsFoldedByTheWorker() {
        try (Fold<Rows<String>> fold = open()) {
            AtomicInteger hints = new AtomicInteger();
            Runnable end = fold.onChange(hints::incrementAndGet);
            RecordBatch batch = new RecordBatch(100);
            for (int i = 0; i < 20_000; i++) {
                batch.add(said("other"));
            }
            log.append(batch, 0);
            for (int seen = 0; seen < 20_000; seen = fold.read().size()) {
                assertThat(seen).as("half a batch").isZero();
            }
            assertThat(fold.stats().lag()).isZero();
            assertThat(fold.read().size()).isEqualTo(20_000);
            await().atMost(LONG).until(() -> hints.get() > 0);
            end.run();
        }
    }

    @Test
    void aWriterDecidesOnWhatOthersHaveAppended() {
        try (Fold<Rows<String>> fold = open()) {
            for (int round = 0; round < 50; round++) {
                int others = round * 20;
                RecordBatch batch = new RecordBatch(100);
                for (int i = 0; i < others; i++) {
                    batch.add(said("other"));
                }
                long end = log.append(batch, 0) + others;
                fold.write(
                        (rows, pending) -> {
                            assertThat(rows.size()).isEqualTo((int) end);
                            pending.add(word("mine"));
                            return Decision.APPLY;
                        },
                        false);
                assertThat(fold.read().get(end)).isEqualTo("mine");
            }
        }
    }

    @Test
    void anEventThatChangesNothingMakesNoNewState() {
        try (Fold<Rows<String>> fold = open()) {
            AtomicInteger hints = new AtomicInteger();
            fold.onChange(hints::incrementAndGet);
            View<Rows<String>> before = fold.view();
            say(fold, "hush");
            assertThat(fold.view()).isSameAs(before);
            assertThat(hints).hasValue(0);
            say(fold, "aloud");
            assertThat(fold.view().revision()).isGreaterThan(before.revision());
            assertThat(hints).hasValue(1);
        }
    }

    @Test
    void sourcePositionsAreFoundAgain() {
        try (Fold<Rows<String>> fold = open()) {
            for (String cursor : List.of("c1", "c2")) {
                fold.write(
                        (rows, pending) -> {
                            pending.add(word("w"));
                            pending.add(new SourcePosition("bridge", cursor));
                            return Decision.APPLY;
                        },
                        false);
            }
            assertThat(fold.sourcePosition("bridge")).isEqualTo("c2");
        }
        try (Fold<Rows<String>> fold = open()) {
            assertThat(fold.sourcePosition("bridge")).isEqualTo("c2");
            assertThat(fold.sourcePosition("other")).isNull();
        }
    }

    @Test
    void aClosedFoldAnswersButTakesNoMoreWrites() {
        Fold<Rows<String>> fold = open();
        say(fold, "one");
        fold.close();
        fold.close();
        assertThat(fold.read().get(0)).isEqualTo("one");
        assertThat(fold.stats().state()).isEqualTo(FoldStats.State.CLOSED);
        assertThatThrownBy(() -> say(fold, "two")).isInstanceOf(FoldClosedException.class);
        assertThat(log.nextSequence()).isEqualTo(1);
    }

    @Test
    void closingFoldsToTheEnd() throws Exception {
        CountDownLatch appended = new CountDownLatch(1);
        Fold<Rows<String>> fold = open();
        Thread other = new Thread(() -> {
            for (int i = 0; i < 10_000; i++) {
                log.append(ByteBuffer.wrap(said("other")), 0);
            }
            appended.countDown();
        });
        other.start();
        assertThat(appended.await(60, TimeUnit.SECONDS)).isTrue();
        fold.close();
        assertThat(fold.read().size()).isEqualTo(10_000);
        other.join();
    }

    @Test
    void everyThreadOfAFoldHasItsNameAndEndsWithIt() {
        Fold<Rows<String>> fold = open();
        assertThat(threads()).contains("netbus-fold-words");
        fold.close();
        assertThat(threads()).doesNotContain("netbus-fold-words");
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }

    private Fold<Rows<String>> open() {
        return Fold.open(log, words, CLOCK);
    }

    private static WriteResult say(Fold<Rows<String>> fold, String word) {
        return fold.write(
                (rows, pending) -> {
                    pending.add(word(word));
                    return Decision.APPLY;
                },
                false);
    }

    private static ModelEvent word(String word) {
        return new ModelEvent("word.said", 1, word.getBytes(UTF_8));
    }

    private static byte[] said(String word) {
        return word(word).encode();
    }
}
