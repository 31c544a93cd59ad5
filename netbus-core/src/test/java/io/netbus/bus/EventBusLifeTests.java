package io.netbus.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import io.netbus.adapter.AdapterException;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.event.Durability;
import io.netbus.event.Event;
import io.netbus.event.IngestResult;
import io.netbus.event.ShardStats;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Opening and closing when something is in the way. */
class EventBusLifeTests {

    private static final Duration GENEROUS = Duration.ofSeconds(60);
    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    @Test
    void aBusThatDoesNotOpenLeavesNoThreadBehind() {
        StubAdapter noDefault = new StubAdapter("audit", "orders");
        noDefault.openFailure = new AdapterException("no room", null);
        StubAdapter unreadable = new StubAdapter("audit", "events");
        unreadable.readFailure = new AdapterException("damaged", null);
        for (StubAdapter adapter : List.of(noDefault, unreadable)) {
            assertThatExceptionOfType(AdapterException.class)
                    .isThrownBy(() -> EventBus.open(adapter, config(BackpressurePolicy.fail())));
            await().atMost(GENEROUS).until(() -> busThreads().isEmpty());
        }
    }

    @Test
    void aChannelThatDoesNotOpenLeavesNoThreadBehind() {
        StubAdapter adapter = new StubAdapter();
        try (EventBus bus = EventBus.open(adapter, config(BackpressurePolicy.fail()))) {
            List<String> before = busThreads();
            adapter.readFailure = new AdapterException("damaged", null);
            assertThatExceptionOfType(AdapterException.class).isThrownBy(() -> bus.channel("audit"));
            await().atMost(GENEROUS).until(() -> busThreads().equals(before));
            assertThat(bus.channels()).hasSize(1);
        }
    }

    @Test
    void forHoweverLongIsATimeout() {
        EventBusConfig config =
                new EventBusConfig(1, 8 << 20, 1 << 20, 100, BackpressurePolicy.block(FOREVER), FOREVER, FOREVER);
        try (Redex redex = Redex.inMemory(RedexConfig.defaults());
                EventBus bus = EventBus.open(new RedexAdapter(redex), config)) {
            assertThat(bus.ingest(Event.builder(new byte[1]).id("d-1").build())).isEqualTo(IngestResult.ACCEPTED);
            assertThat(bus.ingest(Event.builder(new byte[1]).id("d-1").build())).isEqualTo(IngestResult.DUPLICATE);
            assertThat(bus.flush(Durability.FSYNCED, FOREVER).complete()).isTrue();
            assertThat(bus.flush(Durability.WRITTEN, FOREVER.negated())).isNotNull();
            assertThat(bus.close(FOREVER).isClean()).isTrue();
        }
    }

    @Test
    void aNegativeDeadlineClosesAtOnce() {
        StubAdapter adapter = new StubAdapter();
        EventBus bus = EventBus.open(adapter, config(BackpressurePolicy.fail()));

        assertThat(bus.close(FOREVER.negated()).lostEvents()).isZero();
        await().atMost(GENEROUS).until(() -> busThreads().isEmpty());
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void aPolicyMustBeNamed() {
        assertThatNullPointerException().isThrownBy(() -> config(null)).withMessage("backpressure");
    }

    @Test
    void anAdapterThatHangsCostsWhatIsReportedAndHoldsNobodyUp() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        StubAdapter adapter = new StubAdapter();
        adapter.onWrite = () -> {
            entered.countDown();
            awaitUninterruptibly(answer);
        };
        EventBus bus = EventBus.open(adapter, config(BackpressurePolicy.block(GENEROUS)));
        List<CompletableFuture<PublishResult>> published = new ArrayList<>();
        published.add(publish(bus));
        entered.await();
        for (int i = 0; i < 9; i++) {
            published.add(publish(bus));
        }
        CompletableFuture<FlushResult> flush =
                CompletableFuture.supplyAsync(() -> bus.flush(Durability.WRITTEN, FOREVER));
        CloseReport report = bus.close(Duration.ofMillis(10));

        assertThat(report.lostEvents()).isEqualTo(10);
        assertThat(published).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(flush.join().complete()).isFalse();
        assertThat(bus.ingest(new byte[1])).isEqualTo(IngestResult.CLOSED);
        ShardStats stats = bus.stats().get(0);
        assertThat(stats.isConserved()).as(stats.toString()).isTrue();
        assertThat(stats.lostAtClose()).isEqualTo(9);
        assertThat(stats.queued()).isEqualTo(1);

        answer.countDown();
        await().atMost(GENEROUS).until(() -> busThreads().isEmpty());
        assertThat(bus.stats().get(0).acknowledged()).isEqualTo(1);
        assertThat(bus.stats().get(0).isConserved()).isTrue();
        assertThat(bus.close(GENEROUS)).isSameAs(report);
    }

    @Test
    void whatIsAcceptedWhileTheBusClosesIsWritten() throws InterruptedException {
        for (int round = 0; round < 100; round++) {
            StubAdapter adapter = new StubAdapter();
            EventBus bus = EventBus.open(adapter, config(BackpressurePolicy.block(GENEROUS)));
            AtomicLong accepted = new AtomicLong();
            List<Thread> producers = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                Thread producer = new Thread(() -> {
                    while (bus.ingest(new byte[8]).isAccepted()) {
                        accepted.incrementAndGet();
                    }
                });
                producers.add(producer);
                producer.start();
            }
            while (accepted.get() < 1000) {
                Thread.onSpinWait();
            }
            CloseReport report = bus.close(GENEROUS);
            for (Thread producer : producers) {
                producer.join();
            }

            assertThat(report.isClean()).as("round=%d, %s", round, report).isTrue();
            assertThat(adapter.nextSequence()).as("round=%d", round).isEqualTo(accepted.get());
            assertThat(bus.stats()).allMatch(ShardStats::isConserved);
        }
    }

    private static EventBusConfig config(BackpressurePolicy policy) {
        return EventBusConfig.defaults()
                .withShards(1)
                .withMaxBatchEvents(1000)
                .withBackpressure(policy)
                .withCloseTimeout(GENEROUS);
    }

    private static CompletableFuture<PublishResult> publish(EventBus bus) {
        return bus.publish(Event.of(new byte[1]), Durability.WRITTEN).toCompletableFuture();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    private static List<String> busThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches("netbus-(push|(audit|orders|events)-0)"))
                .sorted()
                .toList();
    }
}
