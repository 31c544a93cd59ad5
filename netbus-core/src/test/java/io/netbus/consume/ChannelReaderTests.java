package io.netbus.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.adapter.AdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.consume.InvalidCursorException.Reason;
import io.netbus.event.Event;
import io.netbus.event.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChannelReaderTests {

    private static final Filter EVEN = Filter.parse("{\"path\":\"even\",\"value\":true}");

    @Test
    void pagesAreTheStreamsFilteredWhileWritersAppend() throws Exception {
        for (long seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            MemoryStream[] shards = shards(1 + random.nextInt(7));
            ChannelReader reader = reader(shards);
            int total = random.nextInt(3_000);
            boolean filtered = random.nextBoolean();
            Future<?> writer = writes(shards, total, new Random(~seed));
            List<StoredEvent> read = new ArrayList<>();
            PollRequest request = PollRequest.first(1).matching(filtered ? EVEN : null);
            while (true) {
                boolean written = writer.isDone();
                int limit = 1 + random.nextInt(random.nextBoolean() ? 5 : 500);
                Duration scan = random.nextInt(3) == 0 ? Duration.ZERO : Duration.ofSeconds(10);
                PollResult page = reader.poll(new PollRequest(parsed(request.cursor()), limit, request.filter(), scan));
                read.addAll(page.events());
                assertThat(page.events()).as("seed=" + seed).hasSizeLessThanOrEqualTo(limit);
                request = request.after(page.next());
                if (written && !page.hasMore()) {
                    break;
                }
            }
            writer.get();
            assertThat(request.cursor()).as("seed=" + seed).isEqualTo(reader.end());
            assertEqualsModel(seed, shards, read, filtered);
            for (MemoryStream shard : shards) {
                assertThat(shard.openReaders).as("seed=" + seed).hasValue(0);
            }
        }
    }

    @Test
    void nothingToReadLeavesTheCursorAsItWas() {
        MemoryStream[] shards = shards(3);
        ChannelReader reader = reader(shards);
        PollResult empty = reader.poll(PollRequest.first(10));
        assertThat(empty.events()).isEmpty();
        assertThat(empty.hasMore()).isFalse();
        assertThat(empty.next()).isEqualTo(reader.end());

        shards[1].append(utf8("{}"));
        Cursor next = reader.poll(PollRequest.first(10)).next();
        PollResult again = reader.poll(PollRequest.first(10).after(next));
        assertThat(again).isEqualTo(new PollResult(List.of(), next, false, 0));
        assertThat(again.next()).isSameAs(next);
    }

    @Test
    void aHugeShardDoesNotStarveTheOthers() {
        MemoryStream[] shards = shards(4);
        fill(shards[0], 10_000);
        fill(shards[1], 30);
        fill(shards[2], 50);
        fill(shards[3], 20);
        PollResult page = reader(shards).poll(PollRequest.first(120));
        assertThat(counts(page.events(), 4)).containsExactly(35, 30, 35, 20);
        assertThat(page.hasMore()).isTrue();
    }

    @Test
    void roomAShardLeavesGoesToThoseThatHaveMore() {
        MemoryStream[] shards = shards(4);
        fill(shards[2], 1_000);
        fill(shards[3], 7);
        PollResult page = reader(shards).poll(PollRequest.first(500));
        assertThat(counts(page.events(), 4)).containsExactly(0, 0, 493, 7);
    }

    @Test
    void pagesSmallerThanTheShardsTakeTurns() {
        for (int shardCount = 1; shardCount <= 9; shardCount++) {
            for (int limit = 1; limit <= shardCount; limit++) {
                MemoryStream[] shards = shards(shardCount);
                Arrays.stream(shards).forEach(shard -> fill(shard, 100));
                ChannelReader reader = reader(shards);
                PollRequest request = PollRequest.first(limit);
                List<StoredEvent> read = new ArrayList<>();
                for (int i = 0; i < shardCount; i++) {
                    PollResult page = reader.poll(request);
                    read.addAll(page.events());
                    request = request.after(Cursor.parse(page.next().toString()));
                }
                int expected = limit;
                assertThat(counts(read, shardCount))
                        .as("shards=%d, limit=%d", shardCount, limit)
                        .containsOnly(expected);
            }
        }
    }

    @Test
    void filteredPagesSmallerThanTheShardsTakeTurns() {
        MemoryStream[] shards = shards(4);
        Arrays.stream(shards).forEach(shard -> fill(shard, 400));
        ChannelReader reader = reader(shards);
        PollRequest request = PollRequest.first(2).matching(EVEN);
        List<StoredEvent> read = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            PollResult page = reader.poll(request);
            read.addAll(page.events());
            request = request.after(page.next());
        }
        assertThat(counts(read, 4)).containsOnly(10);
    }

    @Test
    void aFilteredPageOutOfTimeReturnsItsProgress() {
        MemoryStream[] shards = shards(2);
        fill(shards[0], 5_000);
        fill(shards[1], 5_000);
        AtomicLong clock = new AtomicLong();
        ChannelReader reader =
                new ChannelReader("orders", List.of(shards), new PushWorker(), () -> clock.addAndGet(1_000));
        Filter none = Filter.parse("{\"path\":\"no\",\"value\":1}");
        PollRequest request = PollRequest.first(10).matching(none).maxScan(Duration.ofNanos(100_000));
        int pages = 0;
        PollResult page;
        do {
            page = reader.poll(request);
            assertThat(page.events()).isEmpty();
            assertThat(page.next()).isNotEqualTo(request.cursor());
            request = request.after(page.next());
            pages++;
        } while (page.hasMore());
        assertThat(pages).isBetween(80, 200);
        assertThat(page.next()).isEqualTo(reader.end());
    }

    @Test
    void aFilteredPageWithoutTimeStillMovesOn() {
        MemoryStream[] shards = shards(1);
        fill(shards[0], 3);
        ChannelReader reader = reader(shards);
        PollRequest request = PollRequest.first(10)
                .matching(Filter.parse("{\"path\":\"no\",\"value\":1}"))
                .maxScan(Duration.ZERO);
        for (int i = 0; i < 3; i++) {
            request = request.after(reader.poll(request).next());
        }
        assertThat(request.cursor()).isEqualTo(reader.end());
    }

    @Test
    void aShardWithoutMatchesDoesNotUseUpTheTimeOfTheOthers() {
        MemoryStream[] shards = shards(2);
        for (int i = 0; i < 200_000; i++) {
            shards[0].append(utf8("{}"));
        }
        fill(shards[1], 10);
        AtomicLong clock = new AtomicLong();
        ChannelReader reader =
                new ChannelReader("orders", List.of(shards), new PushWorker(), () -> clock.addAndGet(1_000));
        PollResult page = reader.poll(PollRequest.first(5).matching(EVEN).maxScan(Duration.ofMillis(10)));
        assertThat(counts(page.events(), 2)).containsExactly(0, 5);
    }

    @Test
    void aMatchThatDidNotFitIsFoundOnTheNextPage() {
        MemoryStream[] shards = shards(1);
        fill(shards[0], 10);
        ChannelReader reader = reader(shards);
        PollRequest request = PollRequest.first(2).matching(EVEN);
        List<Long> sequences = new ArrayList<>();
        PollResult page;
        do {
            page = reader.poll(request);
            page.events().forEach(event -> sequences.add(event.sequence()));
            request = request.after(page.next());
        } while (page.hasMore());
        assertThat(sequences).containsExactly(0L, 2L, 4L, 6L, 8L);
    }

    @Test
    void aPageIsBoundedInBytesButHoldsOneEvent() {
        MemoryStream[] shards = shards(3);
        byte[] megabyte = new byte[1 << 20];
        for (int i = 0; i < 10; i++) {
            shards[0].append(megabyte);
            shards[1].append(megabyte);
        }
        shards[2].append(new byte[20 << 20]);
        ChannelReader reader = reader(shards);
        PollRequest request = PollRequest.first(1_000);
        List<StoredEvent> read = new ArrayList<>();
        int pages = 0;
        PollResult page;
        do {
            page = reader.poll(request);
            long bytes = page.events().stream()
                    .mapToLong(event -> event.event().payloadBytes())
                    .sum();
            assertThat(bytes).isLessThan(30 << 20);
            assertThat(page.events()).isNotEmpty();
            read.addAll(page.events());
            request = request.after(page.next());
            pages++;
        } while (page.hasMore());
        assertThat(read).hasSize(21);
        assertThat(pages).isBetween(3, 6);
    }

    @Test
    void aPageBoundedInBytesIsFairToo() {
        MemoryStream[] shards = shards(3);
        for (int i = 0; i < 20; i++) {
            shards[0].append(new byte[1_000_000]);
            shards[1].append(new byte[1_000_000]);
            shards[2].append(new byte[1_000]);
        }
        List<StoredEvent> events = reader(shards).poll(PollRequest.first(1_000)).events();
        assertThat(counts(events, 3)).containsExactly(5, 5, 20);
    }

    @Test
    void aPageNamesTheCurrentEpochOfEveryShard() {
        MemoryStream[] shards = shards(2);
        fill(shards[0], 10);
        ChannelReader reader = reader(shards);
        Cursor six = reader.poll(PollRequest.first(6)).next();
        shards[0].rewriteFrom(6);
        fill(shards[1], 1);
        assertThat(reader.poll(PollRequest.first(10).after(six)).next()).isEqualTo(reader.end());
    }

    @Test
    void eventsOwnTheirBytes() {
        MemoryStream[] shards = shards(1);
        Event first =
                Event.builder(utf8("one")).key("k").id("i").header("h", "v").build();
        shards[0].append(first);
        shards[0].append(utf8("two"));
        List<StoredEvent> events = reader(shards).poll(PollRequest.first(5)).events();
        assertThat(events.get(0)).isEqualTo(new StoredEvent(0, 0, 0, first));
        assertThat(events.get(1).event()).isEqualTo(Event.of(utf8("two")));
    }

    @Test
    void evictedEventsAreAGapInTheSequencesAndCounted() {
        MemoryStream[] shards = shards(2);
        fill(shards[0], 100);
        fill(shards[1], 10);
        ChannelReader reader = reader(shards);
        PollResult page = reader.poll(PollRequest.first(20));
        shards[0].evictBelow(60);
        shards[1].evictBelow(10);
        int read = page.events().size();
        assertThat(page.lost()).isZero();
        PollResult rest = reader.poll(PollRequest.first(1_000).after(page.next()));
        assertThat(rest.events()).extracting(StoredEvent::shard).containsOnly(0);
        assertThat(rest.events())
                .extracting(StoredEvent::sequence)
                .startsWith(60L)
                .hasSize(40);
        assertThat(rest.lost()).isEqualTo(60 + 10 - read);
        assertThat(reader.poll(PollRequest.first(10).after(rest.next())).lost()).isZero();
    }

    @Test
    void aReaderWhoseEventsAreAllGoneGoesOnBehindThem() {
        MemoryStream[] shards = shards(2);
        fill(shards[0], 100);
        ChannelReader reader = reader(shards);
        PollResult page = reader.poll(PollRequest.first(20));
        shards[0].evictBelow(100);

        PollResult gone = reader.poll(PollRequest.first(1_000).after(page.next()));
        assertThat(gone).isEqualTo(new PollResult(List.of(), reader.end(), false, 80));
        assertThat(reader.end().distanceFrom(gone.next())).isZero();
        assertThat(reader.poll(PollRequest.first(1)).lost())
                .as("from the start")
                .isEqualTo(100);

        fill(shards[0], 1);
        assertThat(reader.poll(PollRequest.first(10).after(gone.next())).events())
                .extracting(StoredEvent::sequence)
                .containsExactly(100L);
    }

    @Test
    void aHoldIsTakenOnEveryShardAndMovesWithACursor() {
        MemoryStream[] shards = shards(3);
        fill(shards[0], 10);
        fill(shards[2], 10);
        shards[2].evictBelow(4);
        ChannelReader reader = reader(shards);
        SourceHold hold = reader.hold("slow", null);
        assertThat(held(shards)).containsExactly("slow from 0", "slow from 0", "slow from 4");

        Cursor place = reader.poll(PollRequest.first(4)).next();
        hold.moveTo(place);
        assertThat(held(shards))
                .containsExactly("slow from " + place.next(0), "slow from 0", "slow from " + place.next(2));
        hold.close();
        assertThat(held(shards)).containsExactly("", "", "");

        reader.hold("again", place);
        assertThat(held(shards))
                .containsExactly("again from " + place.next(0), "again from 0", "again from " + place.next(2));
    }

    @Test
    void aHoldIsTakenOnAllShardsOrOnNone() {
        MemoryStream[] shards = shards(3);
        shards[2].failHolds = true;
        assertThatThrownBy(() -> reader(shards).hold("slow", null)).isInstanceOf(AdapterException.class);
        assertThat(held(shards)).containsExactly("", "", "");
    }

    @Test
    void whatGoesWhileAPageIsReadIsCountedToo() {
        MemoryStream[] shards = shards(1);
        fill(shards[0], 100);
        ChannelScan scan = reader(shards).scan(StreamRequest.fromBeginning());
        assertThat(scan.read(10, Long.MAX_VALUE, 0)).hasSize(10);
        shards[0].evictBelow(50);
        assertThat(scan.read(10, Long.MAX_VALUE, 0))
                .extracting(StoredEvent::sequence)
                .startsWith(50L)
                .hasSize(10);
        assertThat(scan.lost()).isEqualTo(40);
        assertThat(scan.read(10, Long.MAX_VALUE, 0)).hasSize(10);
        assertThat(scan.lost()).isZero();
        scan.close();
    }

    @Test
    void aShardNewToTheCursorIsReadFromItsStart() {
        MemoryStream[] shards = shards(3);
        fill(shards[0], 5);
        fill(shards[2], 5);
        ChannelReader before = reader(shards[0], shards[2]);
        Cursor next = before.poll(PollRequest.first(100)).next();
        fill(shards[1], 7);
        PollResult page = reader(shards).poll(PollRequest.first(100).after(next));
        assertThat(counts(page.events(), 3)).containsExactly(0, 7, 0);
    }

    @Test
    void aCursorThatDoesNotFitIsRefusedWithItsReason() {
        MemoryStream[] shards = shards(2);
        Arrays.stream(shards).forEach(shard -> fill(shard, 10));
        ChannelReader reader = reader(shards);
        Cursor end = reader.end();
        ChannelReader other = new ChannelReader("other", List.of(shards), new PushWorker());
        assertRefused(other, end, Reason.OTHER_CHANNEL, "channel=other");
        assertRefused(reader(shards[0]), end, Reason.NOT_REACHED, "shard=1");

        shards[1].rewriteFrom(6);
        assertRefused(reader, end, Reason.HISTORY_REWRITTEN, "shard=1, sequence=10, cursorEpoch=0, epoch=1");
        fill(shards[1], 20);
        assertRefused(reader, end, Reason.HISTORY_REWRITTEN, "rewrittenFrom=6");

        Cursor later = reader.end();
        MemoryStream[] restored = shards(2);
        Arrays.stream(restored).forEach(shard -> fill(shard, 30));
        assertRefused(reader(restored), later, Reason.NOT_REACHED, "cursorEpoch=1, epoch=0");
        MemoryStream[] shorter = shards(2);
        assertRefused(reader(shorter), end, Reason.NOT_REACHED, "sequence=10, end=0");
    }

    @Test
    void aCursorOfAnOlderEpochIsValidUpToWhereTheNewOneBegan() {
        MemoryStream[] shards = shards(1);
        fill(shards[0], 10);
        ChannelReader reader = reader(shards);
        Cursor six = reader.poll(PollRequest.first(6)).next();
        shards[0].rewriteFrom(6);
        assertThat(reader.poll(PollRequest.first(100).after(six)).next()).isSameAs(six);
        fill(shards[0], 3);
        PollResult page = reader.poll(PollRequest.first(100).after(six));
        assertThat(page.events()).extracting(StoredEvent::sequence).containsExactly(6L, 7L, 8L);
        assertThat(page.next()).isEqualTo(reader.end());
        assertThat(six.distanceFrom(page.next())).isZero();
    }

    @Test
    void aShardThatCannotBeReadHoldsNoOtherBack() {
        MemoryStream[] shards = shards(3);
        Arrays.stream(shards).forEach(shard -> fill(shard, 10));
        RuntimeException failure = new AdapterException("bad sector", null);
        shards[1].readFailure = failure;
        shards[1].failureAt = 4;
        ChannelReader reader = reader(shards);
        PollResult page = reader.poll(PollRequest.first(100));
        assertThat(counts(page.events(), 3)).containsExactly(10, 4, 10);
        assertThat(page.hasMore()).isTrue();
        PollRequest next = PollRequest.first(100).after(page.next());
        assertThatThrownBy(() -> reader.poll(next)).isSameAs(failure);
        shards[1].readFailure = null;
        assertThat(counts(reader.poll(next).events(), 3)).containsExactly(0, 6, 0);
        assertThat(shards[1].openReaders).hasValue(0);
    }

    @Test
    void whenForcedWaitsForTheShardsTheCursorNames() throws Exception {
        MemoryStream[] shards = shards(3);
        fill(shards[0], 5);
        fill(shards[2], 5);
        shards[0].forcedTo(5);
        CompletableFuture<Void> forced = new CompletableFuture<>();
        shards[2].forced = forced;
        ChannelReader reader = reader(shards);
        CompletableFuture<Void> all = reader.whenForced(reader.end()).toCompletableFuture();
        assertThat(all).isNotDone();
        forced.complete(null);
        assertThat(all).isCompleted();

        AdapterException failure = new AdapterException("disk", null);
        shards[2].forced = CompletableFuture.failedFuture(failure);
        assertThatThrownBy(() ->
                        reader.whenForced(reader.end()).toCompletableFuture().get())
                .isInstanceOf(ExecutionException.class)
                .hasCause(failure);
        assertThat(reader.whenForced(
                                reader(shards(3)).poll(PollRequest.first(1)).next())
                        .toCompletableFuture())
                .isCompleted();
    }

    @Test
    void onEventsHintsUntilItIsEnded() {
        MemoryStream[] shards = shards(3);
        AtomicInteger hints = new AtomicInteger();
        Runnable end = reader(shards).onEvents(hints::incrementAndGet);
        shards[0].append(utf8("a"));
        shards[2].append(utf8("b"));
        assertThat(hints).hasValue(2);
        end.run();
        end.run();
        shards[0].append(utf8("c"));
        assertThat(hints).hasValue(2);
        assertThat(shards).allSatisfy(shard -> assertThat(shard.hints()).isZero());
    }

    @Test
    void shardsMustDiffer() {
        assertThatThrownBy(() -> reader(new MemoryStream(1), new MemoryStream(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shard=1");
    }

    private static void assertRefused(ChannelReader reader, Cursor cursor, Reason reason, String message) {
        PollRequest request = PollRequest.first(1).after(cursor);
        assertThatThrownBy(() -> reader.poll(request))
                .isInstanceOfSatisfying(
                        InvalidCursorException.class,
                        thrown -> assertThat(thrown.reason()).isEqualTo(reason))
                .hasMessageContaining(message);
        assertThatThrownBy(() -> reader.whenForced(cursor)).isInstanceOf(InvalidCursorException.class);
        assertThatThrownBy(() -> reader.hold("x", cursor)).isInstanceOf(InvalidCursorException.class);
    }

    private static void assertEqualsModel(long seed, MemoryStream[] shards, List<StoredEvent> read, boolean filtered) {
        Map<Integer, List<Long>> actual = new HashMap<>();
        read.forEach(event ->
                actual.computeIfAbsent(event.shard(), key -> new ArrayList<>()).add(event.sequence()));
        for (MemoryStream shard : shards) {
            List<Long> expected = new ArrayList<>();
            for (long sequence = 0; sequence < shard.nextSequence(); sequence += filtered ? 2 : 1) {
                expected.add(sequence);
            }
            assertThat(actual.getOrDefault(shard.shard(), List.of()))
                    .as("seed=%d, shard=%d", seed, shard.shard())
                    .isEqualTo(expected);
        }
        read.forEach(event -> assertThat(event.event().toByteArray()).isEqualTo(payload(event.sequence())));
    }

    private static Future<?> writes(MemoryStream[] shards, int total, Random random) {
        return CompletableFuture.runAsync(() -> {
            for (int i = 0; i < total; i++) {
                int rank = random.nextInt(4) > 0 ? 0 : random.nextInt(shards.length);
                shards[rank].append(payload(shards[rank].nextSequence()));
            }
        });
    }

    private static @Nullable Cursor parsed(@Nullable Cursor cursor) {
        return cursor == null ? null : Cursor.parse(cursor.toString());
    }

    private static List<String> held(MemoryStream[] shards) {
        return Arrays.stream(shards).map(shard -> shard.held).toList();
    }

    private static int[] counts(List<StoredEvent> events, int shards) {
        int[] counts = new int[shards];
        events.forEach(event -> counts[event.shard()]++);
        return counts;
    }

    private static MemoryStream[] shards(int count) {
        return IntStream.range(0, count).mapToObj(MemoryStream::new).toArray(MemoryStream[]::new);
    }

    private static ChannelReader reader(ShardStream... shards) {
        return new ChannelReader("orders", List.of(shards), new PushWorker());
    }

    private static void fill(MemoryStream shard, int count) {
        for (int i = 0; i < count; i++) {
            shard.append(payload(shard.nextSequence()));
        }
    }

    private static byte[] payload(long sequence) {
        return utf8("{\"n\":" + sequence + ",\"even\":" + (sequence % 2 == 0) + "}");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
