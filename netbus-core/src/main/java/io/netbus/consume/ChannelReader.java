package io.netbus.consume;

import io.netbus.adapter.ShardStream;
import io.netbus.event.StoredEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a channel's streams. A page holds at most about 8 MiB of events, but always one.
 * <p>
 * A shard that cannot be read does not hold the others back: a page that got on without it is returned, and a warning
 * logged; a page that did not throws what the shard threw.
 * <p>
 * <b>Threads:</b> all methods may be called from any thread. Nothing is kept between two calls of {@link #poll}.
 */
public final class ChannelReader implements EventSource {

    private static final Logger LOG = System.getLogger(ChannelReader.class.getName());
    private static final long PAGE_BYTES = 8L << 20;

    private final String name;
    private final ShardStream[] streams; // by ascending shard
    private final PushWorker push;
    private final LongSupplier nanoClock;
    private final Cursor start;

    /**
     * @param name the channel's; cursors of another name are refused
     * @param streams all its shards, in any order
     * @param push drives what {@link #events} hands out; stays the caller's to close
     */
    public ChannelReader(String name, List<ShardStream> streams, PushWorker push) {
        this(name, streams, push, System::nanoTime);
    }

    ChannelReader(String name, List<ShardStream> streams, PushWorker push, LongSupplier nanoClock) {
        this.name = name;
        this.streams = streams.stream()
                .sorted(Comparator.comparingInt(ShardStream::shard))
                .toArray(ShardStream[]::new);
        for (int i = 1; i < this.streams.length; i++) {
            if (this.streams[i].shard() == this.streams[i - 1].shard()) {
                throw new IllegalArgumentException(
                        "shard is there twice: channel=" + name + ", shard=" + this.streams[i].shard());
            }
        }
        this.push = push;
        this.nanoClock = nanoClock;
        this.start = Cursor.start(Cursor.fingerprint(name));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PollResult poll(PollRequest request) {
        Cursor from = request.cursor() == null ? start : request.cursor();
        try (ChannelScan scan = scan(from, request.filter())) {
            List<StoredEvent> events = scan.read(request.limit(), PAGE_BYTES, saturatedNanos(request.maxScan()));
            RuntimeException failure = scan.failure();
            if (failure != null) {
                if (!scan.hasMoved()) {
                    throw failure;
                }
                LOG.log(Level.WARNING, "a shard cannot be read, others can: channel=" + name, failure);
            }
            return new PollResult(events, scan.cursor(from), scan.hasMore(), scan.lost());
        }
    }

    @Override
    public Flow.Publisher<StoredEvent> events(StreamRequest request) {
        return subscriber -> push.subscribe(this, request, subscriber);
    }

    @Override
    public Cursor end() {
        int[] shards = new int[streams.length];
        int[] epochs = new int[streams.length];
        long[] next = new long[streams.length];
        for (int i = 0; i < streams.length; i++) {
            shards[i] = streams[i].shard();
            epochs[i] = streams[i].epoch();
            next[i] = streams[i].nextSequence();
        }
        return Cursor.of(start.channel(), 0, shards, epochs, next);
    }

    /** {@inheritDoc} @throws InvalidCursorException as {@link #poll} does */
    @Override
    public CompletionStage<Void> whenForced(Cursor cursor) {
        long[] next = resolve(cursor);
        CompletableFuture<Void> all = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(1);
        for (int i = 0; i < streams.length; i++) {
            if (next[i] > streams[i].forcedSequence()) {
                left.incrementAndGet();
                streams[i].whenForced(next[i]).whenComplete((done, failure) -> settle(all, left, failure));
            }
        }
        settle(all, left, null);
        return all.minimalCompletionStage();
    }

    @Override
    public SourceHold hold(String owner, @Nullable Cursor from) {
        return ChannelHold.take(streams, owner, resolve(from == null ? start : from));
    }

    @Override
    public Runnable onEvents(Runnable hint) {
        Runnable[] ends = new Runnable[streams.length];
        for (int i = 0; i < streams.length; i++) {
            ends[i] = streams[i].onWrite(hint);
        }
        return () -> {
            for (Runnable end : ends) {
                end.run();
            }
        };
    }

    /** A scan that begins where the request says, as of now. @throws InvalidCursorException as {@link #poll} does */
    ChannelScan scan(StreamRequest request) {
        Cursor from = switch (request.start()) {
            case BEGINNING -> start;
            case NOW -> end();
            case CURSOR -> request.cursor() == null ? start : request.cursor();
        };
        return scan(from, request.filter());
    }

    private ChannelScan scan(Cursor from, @Nullable Filter filter) {
        return new ChannelScan(streams, resolve(from), from.turn(), filter, nanoClock);
    }

    /** By rank, the sequence a cursor goes on at. */
    private long[] resolve(Cursor cursor) {
        if (cursor.channel() != start.channel()) {
            throw InvalidCursorException.otherChannel(name);
        }
        long[] next = new long[streams.length];
        int rank = 0;
        for (int i = 0; i < cursor.size(); i++) {
            int shard = cursor.shardAt(i);
            while (rank < streams.length && streams[rank].shard() < shard) {
                rank++;
            }
            if (rank == streams.length || streams[rank].shard() != shard) {
                throw InvalidCursorException.unknownShard(name, shard);
            }
            next[rank] = resolve(streams[rank], cursor.epochAt(i), cursor.nextAt(i));
        }
        return next;
    }

    private long resolve(ShardStream stream, int cursorEpoch, long next) {
        int epoch = stream.epoch();
        if (cursorEpoch > epoch) {
            throw InvalidCursorException.unknownEpoch(name, stream.shard(), cursorEpoch, epoch);
        }
        if (next > stream.validUpTo(cursorEpoch)) {
            throw cursorEpoch == epoch
                    ? InvalidCursorException.beyondEnd(name, stream.shard(), next, stream.nextSequence())
                    : InvalidCursorException.rewritten(
                            name, stream.shard(), cursorEpoch, next, epoch, stream.validUpTo(cursorEpoch));
        }
        return next;
    }

    private static void settle(CompletableFuture<Void> all, AtomicInteger left, @Nullable Throwable failure) {
        if (failure != null) {
            boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
            all.completeExceptionally(wrapped ? failure.getCause() : failure);
        } else if (left.decrementAndGet() == 0) {
            all.complete(null);
        }
    }

    private static long saturatedNanos(Duration duration) {
        try {
            return Math.max(0, duration.toNanos());
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }
}
