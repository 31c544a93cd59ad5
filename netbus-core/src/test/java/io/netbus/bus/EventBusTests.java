package io.netbus.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.consume.Cursor;
import io.netbus.consume.Filter;
import io.netbus.consume.PollRequest;
import io.netbus.consume.PollResult;
import io.netbus.consume.StreamRequest;
import io.netbus.event.Durability;
import io.netbus.event.Event;
import io.netbus.event.IngestResult;
import io.netbus.event.Position;
import io.netbus.event.ShardStats;
import io.netbus.event.StoredEvent;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventBusTests {

    private static final Duration GENEROUS = Duration.ofSeconds(60);
    private static final EventBusConfig CONFIG = new EventBusConfig(
            3,
            8 * 1024 * 1024,
            1024 * 1024,
            1000,
            BackpressurePolicy.block(GENEROUS),
            Duration.ofDays(7),
            Duration.ofSeconds(30));

    @TempDir
    Path directory;

    @Test
    void everythingAcceptedBeforeAFlushIsReadBackByteForByte() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults());
                EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG)) {
            Set<String> offered = new HashSet<>();
            for (int i = 0; i < 5000; i++) {
                String payload = "payload-" + i;
                offered.add(payload);
                assertThat(bus.ingest("key-" + i % 50, utf8(payload))).isEqualTo(IngestResult.ACCEPTED);
            }
            FlushResult flushed = bus.flush(Durability.FSYNCED, GENEROUS);

            assertThat(flushed.complete()).isTrue();
            List<StoredEvent> events = readAll(bus);
            assertThat(events).hasSize(5000);
            assertThat(events.stream().map(EventBusTests::text)).containsExactlyInAnyOrderElementsOf(offered);
            assertThat(bus.end()).isEqualTo(flushed.reached());
        }
    }

    @Test
    void aKeysEventsKeepTheirOrderInOneShard() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults());
                EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG)) {
            for (int i = 0; i < 3000; i++) {
                bus.ingest("key-" + i % 7, utf8(Integer.toString(i)));
            }
            bus.flush(Durability.WRITTEN, GENEROUS);
            Map<String, Integer> last = new HashMap<>();
            Map<String, Integer> shards = new HashMap<>();
            for (StoredEvent stored : readAll(bus)) {
                String key = stored.event().key();
                int number = Integer.parseInt(text(stored));
                assertThat(last.getOrDefault(key, -1)).isLessThan(number);
                last.put(key, number);
                assertThat(shards.computeIfAbsent(key, k -> stored.shard())).isEqualTo(stored.shard());
            }
        }
    }

    @Test
    void publishCompletesWithThePositionTheEventIsReadFrom() {
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults());
                EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG)) {
            for (Durability level : Durability.values()) {
                PublishResult result = bus.publish(
                                Event.builder(utf8(level.name())).key("k").build(), level)
                        .toCompletableFuture()
                        .join();
                assertThat(result.outcome()).isEqualTo(IngestResult.ACCEPTED);
                Position position = result.position();
                assertThat(readAll(bus).stream()
                                .filter(event -> event.position().equals(position)))
                        .singleElement()
                        .satisfies(event -> assertThat(text(event)).isEqualTo(level.name()));
            }
        }
    }

    @Test
    void eventsAndIdsSurviveARestart() {
        Event event = Event.builder(utf8("one")).key("k").id("delivery-1").build();
        Position position;
        Cursor cursor;
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults());
                EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG)) {
            position = bus.publish(event).toCompletableFuture().join().position();
            cursor = bus.end();
            bus.channel("audit").ingest(utf8("two"));
        }
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults());
                EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG.withShards(5))) {
            assertThat(bus.stats()).as("an existing channel keeps its shards").hasSize(3);
            assertThat(readAll(bus)).extracting(StoredEvent::event).containsExactly(event);
            assertThat(bus.channels()).extracting(EventChannel::name).containsExactly("audit", "events");
            assertThat(readAll(bus.channel("audit")))
                    .extracting(EventBusTests::text)
                    .containsExactly("two");

            PublishResult repeat = bus.publish(event).toCompletableFuture().join();
            assertThat(repeat).isEqualTo(new PublishResult(IngestResult.DUPLICATE, position));
            bus.ingest("k", utf8("three"));
            bus.flush(Durability.WRITTEN, GENEROUS);
            assertThat(bus.poll(PollRequest.first(10).after(Cursor.parse(cursor.toString())))
                            .events())
                    .extracting(EventBusTests::text)
                    .containsExactly("three");
        }
    }

    @Test
    void closingWritesWhatIsQueuedAndRefusesWhatComes() {
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults())) {
            EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG);
            for (int i = 0; i < 10_000; i++) {
                bus.ingest(utf8("event-" + i));
            }
            CloseReport report = bus.close(GENEROUS);

            assertThat(report.isClean()).as(report.toString()).isTrue();
            assertThat(bus.ingest(utf8("late"))).isEqualTo(IngestResult.CLOSED);
            assertThat(bus.publish(Event.of(utf8("late"))).toCompletableFuture().join())
                    .isEqualTo(new PublishResult(IngestResult.CLOSED, null));
            assertThat(bus.close(GENEROUS)).isSameAs(report);
            assertThat(sum(bus.stats(), ShardStats::acknowledged)).isEqualTo(10_000);
            assertThat(bus.stats()).allMatch(ShardStats::isConserved);
            assertThat(sum(bus.stats(), ShardStats::rejected)).isEqualTo(2);
        }
    }

    @Test
    void theLawHoldsAtEveryInstantUnderLoadAndThroughTheClose() throws InterruptedException {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults())) {
            EventBusConfig tight = new EventBusConfig(
                    2,
                    4 * 1024 * 1024,
                    1024 * 1024,
                    500,
                    BackpressurePolicy.fail(),
                    Duration.ofDays(7),
                    Duration.ofSeconds(30));
            EventBus bus = EventBus.open(new RedexAdapter(redex), tight);
            AtomicBoolean stop = new AtomicBoolean();
            List<Thread> producers = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int id = t;
                Thread producer = new Thread(() -> {
                    for (int i = 0; !stop.get(); i++) {
                        switch (i % 4) {
                            case 0 -> bus.ingest(new byte[200]);
                            case 1 -> bus.ingest("k" + i, new byte[200]);
                            case 2 ->
                                bus.ingest(Event.builder(new byte[10])
                                        .id("same-" + i / 8 % 50)
                                        .build());
                            default -> bus.ingest(id == 0 ? new byte[2 * 1024 * 1024] : new byte[20_000]);
                        }
                    }
                });
                producers.add(producer);
                producer.start();
            }
            for (int i = 0; i < 300; i++) {
                assertThat(bus.stats()).allMatch(ShardStats::isConserved);
            }
            await().atMost(GENEROUS)
                    .until(() ->
                            sum(bus.stats(), ShardStats::refused) > 0 && sum(bus.stats(), ShardStats::duplicate) > 0);
            bus.close(GENEROUS);
            assertThat(bus.stats()).allMatch(ShardStats::isConserved);
            await().atMost(GENEROUS).until(() -> sum(bus.stats(), ShardStats::rejected) > 0);
            stop.set(true);
            for (Thread producer : producers) {
                producer.join();
            }
            assertThat(bus.stats()).allMatch(ShardStats::isConserved);
            long stored = redex.logs().stream()
                    .filter(log -> log.name().startsWith("bus/events/"))
                    .mapToLong(log -> log.nextSequence())
                    .sum();
            assertThat(sum(bus.stats(), ShardStats::acknowledged)).isEqualTo(stored);
        }
    }

    @Test
    void aFilterReturnsExactlyWhatMatches() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults());
                EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG)) {
            for (int i = 0; i < 1000; i++) {
                bus.ingest("k" + i, utf8("{\"n\":" + i + ",\"mod\":" + i % 10 + "}"));
            }
            bus.flush(Durability.WRITTEN, GENEROUS);
            Filter filter = Filter.parse("{\"path\":\"mod\",\"value\":3}");
            List<StoredEvent> found = new ArrayList<>();
            PollResult page = bus.poll(PollRequest.first(7).matching(filter));
            while (page.hasMore()) {
                found.addAll(page.events());
                page = bus.poll(PollRequest.first(7).matching(filter).after(page.next()));
            }
            found.addAll(page.events());

            assertThat(found).hasSize(100).allMatch(event -> text(event).contains("\"mod\":3"));
        }
    }

    @Test
    void aSubscriberGetsWhatIsStoredAndWhatComes() throws InterruptedException {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults());
                EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG)) {
            bus.ingest("k", utf8("before"));
            bus.flush(Durability.WRITTEN, GENEROUS);
            Collector all = new Collector();
            Collector fromNow = new Collector();
            bus.events(StreamRequest.fromBeginning()).subscribe(all);
            bus.events(StreamRequest.fromNow()).subscribe(fromNow);
            bus.ingest("k", utf8("after"));

            await().atMost(GENEROUS).until(() -> all.seen.size() == 2 && fromNow.seen.size() == 1);
            assertThat(all.seen).containsExactly("before", "after");
            assertThat(fromNow.seen).containsExactly("after");
            bus.completeStreams();
            all.completed.await();
            fromNow.completed.await();

            Collector later = new Collector();
            bus.events(StreamRequest.fromBeginning()).subscribe(later);
            await().atMost(GENEROUS).until(() -> later.seen.size() == 2);
            bus.close(GENEROUS);
            later.completed.await();
        }
    }

    @Test
    void channelsAreSeparate() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults());
                EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG)) {
            EventChannel orders = bus.channel("orders");
            orders.ingest(utf8("order"));
            bus.ingest(utf8("event"));
            orders.flush(Durability.WRITTEN, GENEROUS);
            bus.flush(Durability.WRITTEN, GENEROUS);

            assertThat(bus.channel("orders")).isSameAs(orders);
            assertThat(readAll(orders)).extracting(EventBusTests::text).containsExactly("order");
            assertThat(readAll(bus)).extracting(EventBusTests::text).containsExactly("event");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> bus.channel("Orders/../x"))
                    .withMessageContaining("name=Orders/../x");
            assertThat(redex.names()).contains("bus/orders/0", "bus/events/2");
        }
    }

    @Test
    void aClosedBusOpensNoNewChannel() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults())) {
            EventBus bus = EventBus.open(new RedexAdapter(redex), CONFIG);
            bus.close();

            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> bus.channel("new"));
        }
    }

    private static List<StoredEvent> readAll(EventChannel channel) {
        List<StoredEvent> events = new ArrayList<>();
        PollResult page = channel.poll(PollRequest.first(100));
        while (!page.events().isEmpty()) {
            events.addAll(page.events());
            page = channel.poll(PollRequest.first(100).after(page.next()));
        }
        return events;
    }

    private static long sum(List<ShardStats> stats, java.util.function.ToLongFunction<ShardStats> counter) {
        return stats.stream().mapToLong(counter).sum();
    }

    private static String text(StoredEvent stored) {
        return new String(stored.event().toByteArray(), StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class Collector implements Flow.Subscriber<StoredEvent> {

        final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        final CountDownLatch completed = new CountDownLatch(1);

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(StoredEvent event) {
            seen.add(text(event));
        }

        @Override
        public void onError(Throwable cause) {
            seen.add(cause.toString());
        }

        @Override
        public void onComplete() {
            completed.countDown();
        }
    }
}
