package io.netbus.bus;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.EventReader;
import io.netbus.adapter.ShardStream;
import io.netbus.batch.BatchWorker;
import io.netbus.consume.ChannelReader;
import io.netbus.consume.Cursor;
import io.netbus.consume.PollRequest;
import io.netbus.consume.PollResult;
import io.netbus.consume.PushWorker;
import io.netbus.consume.SourceHold;
import io.netbus.consume.StreamRequest;
import io.netbus.event.Durability;
import io.netbus.event.Event;
import io.netbus.event.IngestResult;
import io.netbus.event.Position;
import io.netbus.event.ShardStats;
import io.netbus.event.StoredEvent;
import io.netbus.ingest.Ingestor;
import io.netbus.shard.Shard;
import io.netbus.worker.WorkerRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One channel: its shards, their workers and threads, the door before them and the reader behind them. */
final class DefaultEventChannel implements EventChannel {

    private static final int SCAN_EVENTS = 100_000;

    private final String name;
    private final List<Lot> lots;
    private final Ingestor ingestor;
    private final ChannelReader reader;

    /** All that belongs to one shard. */
    private record Lot(Shard shard, ShardStream stream, BatchWorker worker, WorkerRunner runner) {}

    private DefaultEventChannel(String name, List<Lot> lots, Ingestor ingestor, ChannelReader reader) {
        this.name = name;
        this.lots = lots;
        this.ingestor = ingestor;
        this.reader = reader;
    }

    static DefaultEventChannel open(String name, Adapter adapter, EventBusConfig config, PushWorker push) {
        int count = adapter.open(name, config.shards());
        List<ShardStream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(adapter.stream(name, i));
        }
        List<Lot> lots = new ArrayList<>();
        try {
            return open(name, streams, lots, config, push);
        } catch (RuntimeException | Error e) {
            lots.forEach(lot -> lot.runner().close());
            throw e;
        }
    }

    private static DefaultEventChannel open(
            String name, List<ShardStream> streams, List<Lot> lots, EventBusConfig config, PushWorker push) {
        Ingestor.Gate[] gates = new Ingestor.Gate[streams.size()];
        for (ShardStream stream : streams) {
            int i = stream.shard();
            Shard shard = new Shard(i, config.shardBudgetBytes());
            BatchWorker worker = new BatchWorker(
                    name + "-" + i, shard, stream, config.maxBatchEvents(), DefaultEventChannel::epochNanos);
            WorkerRunner runner = WorkerRunner.start(worker);
            lots.add(new Lot(shard, stream, worker, runner));
            gates[i] = new Ingestor.Gate(shard, runner::wake, worker::isFailed);
        }
        long windowNanos = NANOSECONDS.convert(config.idempotencyWindow());
        Ingestor ingestor = new Ingestor(
                gates,
                config.maxPayloadBytes(),
                blockNanos(config.backpressure()),
                windowNanos,
                DefaultEventChannel::epochNanos);
        if (windowNanos > 0) {
            long oldest = epochNanos() - windowNanos;
            streams.forEach(stream -> restoreIds(stream, oldest, ingestor));
        }
        return new DefaultEventChannel(name, lots, ingestor, new ChannelReader(name, streams, push));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public IngestResult ingest(byte[] payload) {
        return ingestor.offer(payload, 0, payload.length);
    }

    @Override
    public IngestResult ingest(byte[] payload, int offset, int length) {
        return ingestor.offer(payload, offset, length);
    }

    @Override
    public IngestResult ingest(String key, byte[] payload) {
        return ingestor.offer(key, payload);
    }

    @Override
    public IngestResult ingest(Event event) {
        return ingestor.offer(event);
    }

    @Override
    public CompletionStage<PublishResult> publish(Event event, Durability level) {
        Ingestor.Ticket ticket = ingestor.offerForTicket(event);
        if (!ticket.outcome().isAccepted() && ticket.outcome() != IngestResult.DUPLICATE) {
            return CompletableFuture.completedFuture(new PublishResult(ticket.outcome(), null));
        }
        CompletableFuture<Position> stored =
                level == Durability.FSYNCED ? ticket.position().thenCompose(this::forced) : ticket.position();
        return stored.thenApply(position -> new PublishResult(ticket.outcome(), position));
    }

    @Override
    public FlushResult flush(Durability level, Duration timeout) {
        List<String> pending = reach(level, System.nanoTime() + Math.max(0, NANOSECONDS.convert(timeout)));
        return new FlushResult(pending.isEmpty(), end(), pending);
    }

    /** Waits until everything accepted has reached the level; returns a line per shard that is not done. */
    private List<String> reach(Durability level, long deadlineNanos) {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (Lot lot : lots) {
            CompletionStage<Void> written = lot.worker().barrier();
            lot.runner().wake();
            CompletionStage<Void> reached = level == Durability.FSYNCED
                    ? written.thenCompose(
                            ignored -> lot.stream().whenForced(lot.stream().nextSequence()))
                    : written;
            done.add(reached.toCompletableFuture());
        }
        List<String> pending = new ArrayList<>();
        for (Lot lot : lots) {
            String obstacle = await(done.get(lot.shard().number()), deadlineNanos);
            if (!obstacle.isEmpty()) {
                pending.add("shard=" + lot.shard().number() + ": " + obstacle);
            }
        }
        return pending;
    }

    @Override
    public List<ShardStats> stats() {
        return lots.stream().map(lot -> lot.worker().stats()).toList();
    }

    @Override
    public PollResult poll(PollRequest request) {
        return reader.poll(request);
    }

    @Override
    public Flow.Publisher<StoredEvent> events(StreamRequest request) {
        return reader.events(request);
    }

    @Override
    public Cursor end() {
        return reader.end();
    }

    @Override
    public CompletionStage<Void> whenForced(Cursor cursor) {
        return reader.whenForced(cursor);
    }

    @Override
    public SourceHold hold(String owner, @Nullable Cursor from) {
        return reader.hold(owner, from);
    }

    @Override
    public Runnable onEvents(Runnable hint) {
        return reader.onEvents(hint);
    }

    // ---- closing, in the order of the data's way

    void refuseNew() {
        lots.forEach(lot -> lot.shard().close());
    }

    /** Writes and forces what was accepted, as far as the deadline allows, and ends the threads. */
    void finish(long deadlineNanos) {
        reach(Durability.FSYNCED, deadlineNanos);
        for (Lot lot : lots) {
            if (!lot.runner().close(Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime())))) {
                lot.worker().giveUp();
            }
        }
    }

    long lostEvents() {
        return stats().stream()
                .mapToLong(stats -> stats.lostAtClose() + stats.queued())
                .sum();
    }

    long unforcedEvents() {
        return lots.stream()
                .mapToLong(lot -> lot.stream().nextSequence() - lot.stream().forcedSequence())
                .sum();
    }

    private CompletionStage<Position> forced(Position position) {
        return lots.get(position.shard()).stream()
                .whenForced(position.sequence() + 1)
                .thenApply(ignored -> position);
    }

    /** Returns why the stage is not complete; empty if it is. */
    private static String await(CompletableFuture<Void> stage, long deadlineNanos) {
        try {
            stage.get(Math.max(0, deadlineNanos - System.nanoTime()), NANOSECONDS);
            return "";
        } catch (TimeoutException e) {
            return "timed out";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return String.valueOf((cause == null ? e : cause).getMessage());
        }
    }

    private static void restoreIds(ShardStream stream, long oldestNanos, Ingestor ingestor) {
        try (EventReader events = stream.reader(stream.firstSequence())) {
            int read;
            do {
                read = events.read(
                        (sequence, timestampNanos, event) -> {
                            String id = timestampNanos >= oldestNanos ? event.id() : null;
                            if (id != null) {
                                ingestor.restoreId(id, timestampNanos, new Position(stream.shard(), sequence));
                            }
                            return true;
                        },
                        SCAN_EVENTS);
            } while (read > 0);
        }
    }

    private static long blockNanos(BackpressurePolicy policy) {
        return policy instanceof BackpressurePolicy.Block block ? NANOSECONDS.convert(block.timeout()) : 0;
    }

    private static long epochNanos() {
        Instant now = Instant.now();
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    }
}
