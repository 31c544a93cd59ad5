package io.netbus.test.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.EventReader;
import io.netbus.adapter.ShardStream;
import io.netbus.adapter.StreamHold;
import io.netbus.event.Event;
import io.netbus.event.EventBatch;
import io.netbus.event.StoredEvent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The promises of {@link Adapter}, {@link ShardStream} and {@link EventReader}, as tests.
 * <p>
 * Extend it, say how to open your adapter, and, if it keeps events beyond its close, how to open it again.
 */
public abstract class AdapterContract {

    private static final String CHANNEL = "contract";
    private static final long GENEROUS_SECONDS = 60;

    private final long startNanos = TimeUnit.SECONDS.toNanos(Instant.now().getEpochSecond());
    private Adapter adapter;

    /** Opens the adapter over an empty backend, or over what the adapter opened before has left there. */
    protected abstract Adapter open() throws Exception;

    /** Closes what {@link #open()} opened, the backend's connection included. */
    protected abstract void close(Adapter opened) throws Exception;

    /** Whether events outlive {@link #close}. */
    protected abstract boolean isDurable();

    @BeforeEach
    void openAdapter() throws Exception {
        adapter = open();
    }

    @AfterEach
    void closeAdapter() throws Exception {
        close(adapter);
    }

    @Test
    void hasAName() {
        assertThat(adapter.name()).isNotBlank();
    }

    @Test
    void aNewStreamIsEmpty() {
        ShardStream stream = stream(CHANNEL, 0);

        assertThat(stream.shard()).isZero();
        assertThat(stream.firstSequence()).isZero();
        assertThat(stream.nextSequence()).isZero();
        assertThat(read(stream, 0)).isEmpty();
    }

    @Test
    void theSameStreamIsOpenedOnce() {
        assertThat(stream(CHANNEL, 0)).isSameAs(stream(CHANNEL, 0));
    }

    @Test
    void aChannelKeepsTheShardsItWasMadeWith() {
        assertThat(adapter.channels()).isEmpty();
        assertThat(adapter.open(CHANNEL, 3)).isEqualTo(3);
        assertThat(adapter.open("another", 1)).isEqualTo(1);

        assertThat(adapter.channels()).containsExactly("another", CHANNEL);
        assertThat(adapter.open(CHANNEL, 5)).isEqualTo(3);
        assertThat(adapter.stream(CHANNEL, 2).shard()).isEqualTo(2);
    }

    @Test
    void aShardThatIsNotOpenIsRefused() {
        adapter.open(CHANNEL, 2);

        assertThatIllegalArgumentException().isThrownBy(() -> adapter.stream(CHANNEL, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> adapter.stream("another", 0));
    }

    @Test
    void batchesAreNumberedWithoutGapsAndReadBackByteForByte() {
        ShardStream stream = stream(CHANNEL, 0);
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        List<Event> written = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            List<Event> events = randomEvents(random, 1 + random.nextInt(40));
            assertThat(stream.write(batch(events, i))).as("seed=%d", seed).isEqualTo(written.size());
            written.addAll(events);
            assertThat(stream.nextSequence()).isEqualTo(written.size());
        }
        List<StoredEvent> stored = read(stream, 0);

        assertThat(stored.stream().map(StoredEvent::event)).as("seed=%d", seed).isEqualTo(written);
        for (int i = 0; i < stored.size(); i++) {
            assertThat(stored.get(i).sequence()).isEqualTo(i);
        }
    }

    @Test
    void streamsAreApart() {
        stream(CHANNEL, 0).write(batch(List.of(event("zero")), 1));
        stream(CHANNEL, 1).write(batch(List.of(event("one")), 1));
        stream("another", 0).write(batch(List.of(event("another")), 1));

        assertThat(read(stream(CHANNEL, 1), 0)).extracting(StoredEvent::event).containsExactly(event("one"));
        assertThat(read(stream("another", 0), 0)).extracting(StoredEvent::event).containsExactly(event("another"));
    }

    @Test
    void stampsNeverDecrease() {
        ShardStream stream = stream(CHANNEL, 0);
        stream.write(batch(List.of(event("late")), 1_000_000_000L));
        stream.write(batch(List.of(event("early")), 0));

        List<StoredEvent> stored = read(stream, 0);
        assertThat(stored.get(1).timestampNanos())
                .isGreaterThanOrEqualTo(stored.get(0).timestampNanos());
    }

    @Test
    void aReaderStartsWhereItIsToldAndGoesOnWhereItStopped() {
        ShardStream stream = stream(CHANNEL, 0);
        for (int i = 0; i < 30; i++) {
            stream.write(batch(List.of(event("a" + i), event("b" + i)), i));
        }
        try (EventReader reader = stream.reader(7)) {
            List<Long> sequences = new ArrayList<>();
            EventReader.EventHandler handler = (sequence, timestampNanos, event) -> sequences.add(sequence);
            assertThat(reader.read(handler, 5)).isEqualTo(5);
            assertThat(reader.position()).isEqualTo(12);
            assertThat(reader.read((sequence, timestampNanos, event) -> false, 5))
                    .isEqualTo(1);
            assertThat(reader.position()).isEqualTo(13);
            reader.read(handler, 2);
            reader.seek(58);
            reader.read(handler, 10);
            assertThat(reader.read(handler, 10)).isZero();
            assertThat(sequences).containsExactly(7L, 8L, 9L, 10L, 11L, 13L, 14L, 58L, 59L);
        }
    }

    @Test
    void aReaderAtTheEndSeesWhatIsWrittenLater() {
        ShardStream stream = stream(CHANNEL, 0);
        try (EventReader reader = stream.reader(0)) {
            assertThat(reader.read((sequence, timestampNanos, event) -> true, 10))
                    .isZero();
            stream.write(batch(List.of(event("one")), 1));
            assertThat(reader.read((sequence, timestampNanos, event) -> true, 10))
                    .isEqualTo(1);
        }
    }

    @Test
    void readingTakesNothingOut() {
        ShardStream stream = stream(CHANNEL, 0);
        stream.write(batch(List.of(event("one"), event("two")), 1));

        assertThat(read(stream, 0)).isEqualTo(read(stream, 0)).hasSize(2);
    }

    @Test
    void aHoldKeepsWhatIsThereAndCanBeMovedReplacedAndClosedTwice() {
        ShardStream stream = stream(CHANNEL, 0);
        for (int i = 0; i < 10; i++) {
            stream.write(batch(List.of(event("e" + i)), i));
        }
        StreamHold hold = stream.hold("contract", 3);
        StreamHold replacing = stream.hold("contract", 5);
        hold.close();
        replacing.moveTo(7);
        replacing.moveTo(6);

        assertThat(read(stream, 7)).extracting(StoredEvent::sequence).containsExactly(7L, 8L, 9L);
        replacing.close();
        replacing.close();
    }

    @Test
    void aHintComesWithEachWriteUntilItIsEnded() {
        ShardStream stream = stream(CHANNEL, 0);
        AtomicInteger hints = new AtomicInteger();
        Runnable end = stream.onWrite(hints::incrementAndGet);
        stream.write(batch(List.of(event("one")), 1));
        assertThat(hints).hasPositiveValue();

        end.run();
        int before = hints.get();
        stream.write(batch(List.of(event("two")), 1));
        assertThat(hints).hasValue(before);
    }

    @Test
    void aForceCompletesAndSaysSo() throws Exception {
        ShardStream stream = stream(CHANNEL, 0);
        stream.write(batch(List.of(event("one"), event("two")), 1));
        stream.whenForced(2).toCompletableFuture().get(GENEROUS_SECONDS, TimeUnit.SECONDS);

        assertThat(stream.forcedSequence()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void readersNeverSeeAGapWhileSomebodyWrites() throws Exception {
        ShardStream stream = stream(CHANNEL, 0);
        int batches = 300;
        Thread writer = new Thread(() -> {
            for (int i = 0; i < batches; i++) {
                stream.write(batch(List.of(event("e" + 2 * i), event("e" + (2 * i + 1))), i));
            }
        });
        writer.start();
        List<StoredEvent> seen = new ArrayList<>();
        while (seen.size() < 2 * batches) {
            seen.addAll(read(stream, seen.size()));
        }
        writer.join();
        for (int i = 0; i < seen.size(); i++) {
            assertThat(seen.get(i).sequence()).isEqualTo(i);
            assertThat(seen.get(i).event()).isEqualTo(event("e" + i));
        }
    }

    @Test
    void whatIsWrittenOutlivesACloseIfTheAdapterIsDurable() throws Exception {
        ShardStream stream = stream(CHANNEL, 0);
        stream.write(batch(List.of(event("one"), event("two")), 5));
        close(adapter);
        adapter = open();

        ShardStream reopened = stream(CHANNEL, 0);
        if (isDurable()) {
            assertThat(adapter.channels()).contains(CHANNEL);
            assertThat(read(reopened, 0)).extracting(StoredEvent::event).containsExactly(event("one"), event("two"));
            assertThat(reopened.write(batch(List.of(event("three")), 6))).isEqualTo(2);
        } else {
            assertThat(reopened.nextSequence()).isZero();
        }
    }

    private ShardStream stream(String channel, int shard) {
        adapter.open(channel, 2);
        return adapter.stream(channel, shard);
    }

    private static List<StoredEvent> read(ShardStream stream, long from) {
        List<StoredEvent> events = new ArrayList<>();
        try (EventReader reader = stream.reader(from)) {
            int count;
            do {
                count = reader.read(
                        (sequence, timestampNanos, event) ->
                                events.add(new StoredEvent(stream.shard(), sequence, timestampNanos, event.toEvent())),
                        1000);
            } while (count > 0);
        }
        return events;
    }

    /** Stamped so long after the tests began: an adapter may let old events go. */
    private EventBatch batch(List<Event> events, long nanosAfterStart) {
        int bytes = events.stream()
                .mapToInt(event -> Integer.BYTES + event.encodedBytes())
                .sum();
        ByteBuffer encoded = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (Event event : events) {
            byte[] one = new byte[event.encodedBytes()];
            event.copyTo(one, 0);
            encoded.putInt(one.length).put(one);
        }
        return new EventBatch(encoded.flip(), events.size(), startNanos + nanosAfterStart);
    }

    private static List<Event> randomEvents(Random random, int count) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] payload = new byte[random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(100)];
            random.nextBytes(payload);
            events.add(Event.builder(payload)
                    .key(random.nextBoolean() ? "k" + random.nextInt(5) : null)
                    .id(random.nextBoolean() ? "id-" + random.nextLong() : null)
                    .header("h", "v")
                    .build());
        }
        return events;
    }

    private static Event event(String payload) {
        return Event.of(payload.getBytes(StandardCharsets.UTF_8));
    }
}
