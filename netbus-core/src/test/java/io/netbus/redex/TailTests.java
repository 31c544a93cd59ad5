package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tails and the files, threads and hints behind them. */
class TailTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String COMPLETE = "complete";

    @TempDir
    private Path base;

    // --- what cannot be read

    @Test
    void damageIsToldBehindTheLastRecordBeforeIt() throws Exception {
        LogFiles files = new LogFiles(base, WriteMode.MAPPED);
        try (Redex redex = files.open()) {
            for (int i = 0; i < 5; i++) {
                redex.log(LogFiles.NAME).append(utf8("record " + i), i);
            }
        }
        byte[] bytes = files.bytes(0);
        bytes[LogFiles.frameOffsets(bytes).get(3) + FrameLayout.HEAD_BYTES + FrameLayout.RECORD_HEAD_BYTES] ^= 1;
        files.write(0, bytes);
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            Probe damaged = Probe.unbounded(log.tail(TailStart.beginning()));
            Probe behind = Probe.unbounded(log.tail(TailStart.at(4)));

            assertThat(damaged.next()).isEqualTo(0L);
            assertThat(damaged.next()).isEqualTo(1L);
            assertThat(damaged.next()).isEqualTo(2L);
            assertThat(damaged.next()).isInstanceOf(CorruptLogException.class);
            assertThat(behind.next()).isEqualTo(4L);
            log.append(utf8("later"), 9);
            assertThat(behind.next()).isEqualTo(5L);
            assertThat(damaged.signals).isEmpty();
        }
    }

    @Test
    void aDiskThatFailsIsToldToWhoReadsFromIt() throws Exception {
        AtomicBoolean failing = new AtomicBoolean();
        FaultyStore store = new FaultyStore() {
            @Override
            public SegmentFile openForReading(Path file) throws IOException {
                if (failing.get()) {
                    throw new IOException("the disk is gone, on purpose");
                }
                return super.openForReading(file);
            }
        };
        try (Redex redex = DiskRedex.open(base, LogFiles.CONFIG, store)) {
            RedexLog log = redex.log(LogFiles.NAME);
            for (int i = 0; i < 3; i++) {
                log.append(ByteBuffer.allocate(40_000), 1); // each in a segment of its own
            }
            LogFiles.force(log); // the first two are let go by their writer
            Probe reading = Probe.unbounded(log.tail(TailStart.end()));
            failing.set(true);
            Probe failed = Probe.unbounded(log.tail(TailStart.beginning()));
            assertThat(failed.next()).isInstanceOf(UncheckedIOException.class);
            log.append(utf8("b"), 1);
            assertThat(reading.next()).isEqualTo(3L);
            assertThat(Probe.unbounded(log.tail(TailStart.since(1))).next()).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void recordsThatFillATurnEachArriveToo() throws Exception {
        RedexConfig config = LogFiles.CONFIG.withMaxPayloadBytes(3 * 1024 * 1024);
        try (Redex redex = Redex.onDisk(base, config)) {
            RedexLog log = redex.log(LogFiles.NAME);
            Probe one = Probe.unbounded(log.tail(TailStart.beginning()));
            Probe two = Probe.unbounded(log.tail(TailStart.beginning()));
            for (int i = 0; i < 5; i++) {
                log.append(ByteBuffer.allocate((i + 1) * 512 * 1024), i);
            }
            for (long i = 0; i < 5; i++) {
                assertThat(one.next()).isEqualTo(i);
                assertThat(two.next()).isEqualTo(i);
            }
        }
    }

    // --- readers

    @Test
    void cancellingLetsTheReaderGoThoughTheThreadIsBusy() throws Exception {
        try (Redex redex = Redex.onDisk(base, LogFiles.CONFIG)) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(utf8("a"), 1);
            Probe probe = Probe.unbounded(log.tail(TailStart.beginning()));
            assertThat(probe.next()).isEqualTo(0L);
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch held = new CountDownLatch(1);
            Probe holder = new Probe() {
                @Override
                public void onNext(LogRecord record) {
                    entered.countDown();
                    try {
                        held.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }
            };
            log.tail(TailStart.beginning()).subscribe(holder);
            holder.request(1);
            entered.await();
            int before = readers(log);

            probe.cancel();

            assertThat(readers(log)).isEqualTo(before - 1);
            holder.cancel();
            assertThat(readers(log)).isEqualTo(before - 2);
            held.countDown();
        }
    }

    @Test
    void whoeverEndsLetsTheReaderGo() throws Exception {
        try (Redex redex = Redex.onDisk(base, LogFiles.CONFIG)) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(utf8("a"), 1);
            int before = readers(log);
            Probe violates = Probe.unbounded(log.tail(TailStart.beginning()));
            violates.next();
            violates.request(-1);
            assertThat(violates.next()).isInstanceOf(IllegalArgumentException.class);
            log.tail(TailStart.beginning()).subscribe(new Probe() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(1);
                }

                @Override
                public void onNext(LogRecord record) {
                    throw new IllegalStateException("from onNext, on purpose");
                }
            });
            await().atMost(TIMEOUT).until(() -> readers(log) == before);
        }
    }

    private static int readers(RedexLog log) {
        return ((DiskLog) log).readers();
    }

    // --- the thread

    @Test
    void theThreadIsThereFromTheFirstSubscriberToTheEnd() throws Exception {
        assertThat(tailThreads()).isZero();
        Redex redex = Redex.inMemory(LogFiles.CONFIG);
        RedexLog log = redex.log(LogFiles.NAME);
        log.append(utf8("a"), 1);
        Flow.Publisher<LogRecord> tail = log.tail(TailStart.beginning());
        assertThat(tailThreads()).isZero();
        Probe.unbounded(tail).next();
        Probe.unbounded(redex.log("other").tail(TailStart.end()));
        assertThat(tailThreads()).isEqualTo(1);
        redex.close();
        await().atMost(TIMEOUT).until(() -> tailThreads() == 0);
    }

    private static long tailThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("netbus-tail"))
                .count();
    }

    @Test
    void closingAnotherLogDoesNotWaitForWhoHoldsTheThread() throws Exception {
        try (Redex redex = Redex.inMemory(LogFiles.CONFIG)) {
            RedexLog held = redex.log("held");
            RedexLog other = redex.log("other");
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch otherClosed = new CountDownLatch(1);
            AtomicBoolean inTime = new AtomicBoolean();
            Probe holder = new Probe() {
                @Override
                public void onNext(LogRecord record) {
                    entered.countDown();
                    try {
                        inTime.set(otherClosed.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS));
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    super.onNext(record);
                }
            };
            held.tail(TailStart.beginning()).subscribe(holder);
            holder.request(1);
            held.append(utf8("a"), 1);
            entered.await();
            other.close();
            otherClosed.countDown();

            assertThat(holder.next()).isEqualTo(0L);
            assertThat(inTime).isTrue();
        }
    }

    // --- hints

    @Test
    void whoeverRegistersIsToldOfTheCloseOnceAlsoLate() {
        AppendHints hints = new AppendHints("orders");
        List<String> told = new ArrayList<>();
        RedexLog.Registration left = hints.add(() -> told.add("hint of one that left"), () -> told.add("left"));
        hints.add(() -> told.add("hint"), () -> told.add("closed"));
        left.close();
        hints.fire();
        hints.close();
        hints.close();
        hints.fire();
        RedexLog.Registration late = hints.add(() -> told.add("hint of one that was late"), () -> told.add("late"));
        hints.fire();
        late.close();

        assertThat(told).containsExactly("hint", "closed", "late");
    }

    @Test
    void aWaitLeavesNoHintBehind() throws Exception {
        AtomicInteger added = new AtomicInteger();
        AppendHints hints = new AppendHints("orders");
        RecordWait waiting = new RecordWait(hints);

        assertThat(waiting.await(() -> added.incrementAndGet() > 70, TIMEOUT)).isTrue();
        assertThat(waiting.await(() -> false, Duration.ofMillis(1))).isFalse();
        assertThat(hints.isEmpty()).isTrue();
    }

    /** Keeps every signal: a record as its sequence, an error as it is, and the end. */
    private static class Probe implements Flow.Subscriber<LogRecord> {

        private final BlockingQueue<Object> signals = new LinkedBlockingQueue<>();
        private Flow.@Nullable Subscription subscription;

        static Probe unbounded(Flow.Publisher<LogRecord> tail) {
            Probe probe = new Probe();
            tail.subscribe(probe);
            probe.request(Long.MAX_VALUE);
            return probe;
        }

        void request(long n) {
            if (subscription != null) {
                subscription.request(n);
            }
        }

        void cancel() {
            if (subscription != null) {
                subscription.cancel();
            }
        }

        Object next() throws InterruptedException {
            Object signal = signals.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            assertThat(signal).as("a signal").isNotNull();
            return signal;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(LogRecord record) {
            signals.add(record.sequence());
        }

        @Override
        public void onError(Throwable cause) {
            signals.add(cause);
        }

        @Override
        public void onComplete() {
            signals.add(COMPLETE);
        }
    }
}
