package io.netbus.ingest;

import io.netbus.event.Event;
import io.netbus.event.EventLayout;
import io.netbus.event.IngestResult;
import io.netbus.event.Position;
import io.netbus.shard.Lane;
import io.netbus.shard.Receipt;
import io.netbus.shard.Shard;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One channel's door. <b>Threads:</b> any; waits only for room, and only if told to. */
public final class Ingestor {

    private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int NO_KEY = -1;

    private final Gate[] gates;
    private final ShardRouter router;
    private final int maxPayloadBytes;
    private final long blockNanos;
    private final IdempotencyWindow ids;
    private final boolean remembersIds;
    private final LongSupplier epochNanos;

    /**
     * What the door sees of a shard.
     *
     * @param wake tells the shard's worker that there may be something to take out
     * @param failed whether the shard's way out has failed for good
     */
    public record Gate(Shard shard, Runnable wake, BooleanSupplier failed) {}

    private record Route(Gate gate, int laneKey) {}

    /** An event's outcome, and the position it gets; the position never comes if it was refused. */
    public record Ticket(IngestResult outcome, CompletableFuture<Position> position) {}

    /**
     * @param gates one per shard, by number
     * @param blockNanos how long a caller waits for room; 0 refuses at once
     * @param idWindowNanos how long ids are remembered; 0 ignores them
     * @param epochNanos the wall clock, read for events with an id
     */
    public Ingestor(Gate[] gates, int maxPayloadBytes, long blockNanos, long idWindowNanos, LongSupplier epochNanos) {
        this.gates = gates.clone();
        this.router = new ShardRouter(gates.length);
        this.maxPayloadBytes = maxPayloadBytes;
        this.blockNanos = blockNanos;
        this.ids = new IdempotencyWindow(idWindowNanos);
        this.remembersIds = idWindowNanos > 0;
        this.epochNanos = epochNanos;
    }

    /** Remembers an id found in the log; before the first offer. */
    public void restoreId(String id, long epochNanos, Position position) {
        ids.restore(id, epochNanos, position);
    }

    /** How many ids are remembered. */
    int rememberedIds() {
        return ids.size();
    }

    /** Offers a payload without a key. */
    public IngestResult offer(byte[] payload, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, payload.length);
        Gate gate = gates[router.shardOfThread()];
        if (length > maxPayloadBytes) {
            return refuse(gate, IngestResult.TOO_LARGE);
        }
        int recordBytes = EventLayout.BARE_HEAD_BYTES + length;
        Lane lane = reserve(gate, NO_KEY, recordBytes, blockNanos);
        if (lane == null) {
            return refuse(gate, whyNoRoom(gate));
        }
        int at = EventLayout.putBareHead(lane.buffer(), lane.offset());
        System.arraycopy(payload, offset, lane.buffer(), at, length);
        return commit(gate, lane, recordBytes, null);
    }

    /** Offers a payload with a key. */
    public IngestResult offer(String key, byte[] payload) {
        byte[] keyText = key.getBytes(StandardCharsets.UTF_8);
        if (keyText.length > EventLayout.MAX_TEXT_BYTES) {
            throw new IllegalArgumentException(
                    "key is too long: bytes=" + keyText.length + ", max=" + EventLayout.MAX_TEXT_BYTES);
        }
        long hash = ShardRouter.hash(keyText);
        Gate gate = gates[router.shardOfHash(hash)];
        if (payload.length > maxPayloadBytes) {
            return refuse(gate, IngestResult.TOO_LARGE);
        }
        int recordBytes = EventLayout.keyedHeadBytes(keyText.length) + payload.length;
        Lane lane = reserve(gate, laneKey(hash), recordBytes, blockNanos);
        if (lane == null) {
            return refuse(gate, whyNoRoom(gate));
        }
        int at = EventLayout.putKeyedHead(lane.buffer(), lane.offset(), keyText);
        System.arraycopy(payload, 0, lane.buffer(), at, payload.length);
        return commit(gate, lane, recordBytes, null);
    }

    /** Offers an event, and tells nobody where it went. */
    public IngestResult offer(Event event) {
        return remembersIds && event.id() != null
                ? offerForTicket(event).outcome()
                : offer(routeOf(event), event, null, blockNanos);
    }

    /** Offers an event; the ticket's position completes when it is written, or when the one it repeats is. */
    public Ticket offerForTicket(Event event) {
        CompletableFuture<Position> position = new CompletableFuture<>();
        Route route = routeOf(event);
        Receipt receipt = new PositionReceipt(route.gate().shard().number(), position);
        String id = remembersIds ? event.id() : null;
        if (id == null) {
            return new Ticket(offer(route, event, receipt, blockNanos), position);
        }
        IdempotencyWindow.Claim claim = new IdempotencyWindow.Claim(id, epochNanos.getAsLong(), position);
        IdempotencyWindow.Claim holder = ids.claim(claim);
        long waitNanos = blockNanos;
        if (holder != null && holder.fate() != IdempotencyWindow.Fate.ACCEPTED) {
            long start = System.nanoTime();
            holder = awaitClaim(claim, start);
            waitNanos -= System.nanoTime() - start;
        }
        if (holder == null) {
            return new Ticket(offer(route, event, receipt, claim, waitNanos), position);
        }
        return holder.fate() == IdempotencyWindow.Fate.ACCEPTED
                ? new Ticket(refuse(route.gate(), IngestResult.DUPLICATE), holder.position)
                : new Ticket(refuse(route.gate(), IngestResult.TIMED_OUT), position);
    }

    /**
     * Returns who holds the id for good, null if that is {@code claim}. One who still waits for room may yet be refused,
     * so he is waited for, as long as the policy says; he is returned if that was in vain.
     */
    private IdempotencyWindow.@Nullable Claim awaitClaim(IdempotencyWindow.Claim claim, long start) {
        while (true) {
            IdempotencyWindow.Claim holder = ids.claim(claim);
            if (holder == null || holder.fate() == IdempotencyWindow.Fate.ACCEPTED || isOver(start, blockNanos)) {
                return holder;
            }
            LockSupport.parkNanos(holder, FIRST_PAUSE_NANOS);
        }
    }

    /** Offers an event whose id is claimed: whatever happens, the id is kept or given back. */
    private IngestResult offer(
            Route route, Event event, Receipt receipt, IdempotencyWindow.Claim claim, long waitNanos) {
        boolean accepted = false;
        try {
            IngestResult outcome = offer(route, event, receipt, waitNanos);
            accepted = outcome.isAccepted();
            return outcome;
        } finally {
            if (accepted) {
                ids.keep(claim);
            } else {
                ids.release(claim);
            }
        }
    }

    private IngestResult offer(Route route, Event event, @Nullable Receipt receipt, long waitNanos) {
        Gate gate = route.gate();
        if (event.payloadBytes() > maxPayloadBytes) {
            return refuse(gate, IngestResult.TOO_LARGE);
        }
        Lane lane = reserve(gate, route.laneKey(), event.encodedBytes(), waitNanos);
        if (lane == null) {
            return refuse(gate, whyNoRoom(gate));
        }
        event.copyTo(lane.buffer(), lane.offset());
        return commit(gate, lane, event.encodedBytes(), receipt);
    }

    private Route routeOf(Event event) {
        String key = event.key();
        if (key == null) {
            return new Route(gates[router.shardOfThread()], NO_KEY);
        }
        long hash = ShardRouter.hash(key.getBytes(StandardCharsets.UTF_8));
        return new Route(gates[router.shardOfHash(hash)], laneKey(hash));
    }

    /** Other bits of the hash than those that choose the shard; not negative. */
    private static int laneKey(long keyHash) {
        return (int) keyHash & Integer.MAX_VALUE;
    }

    private static Lane claim(Gate gate, int laneKey) {
        return laneKey == NO_KEY ? gate.shard().claim() : gate.shard().claim(laneKey);
    }

    private static IngestResult commit(Gate gate, Lane lane, int recordBytes, @Nullable Receipt receipt) {
        boolean kept;
        try {
            kept = lane.commit(recordBytes, receipt);
        } finally {
            gate.shard().release(lane);
        }
        gate.wake().run();
        return kept ? IngestResult.ACCEPTED : IngestResult.CLOSED;
    }

    /** A claimed lane with room for the record, after waiting as long as told; null if there is none. */
    private static @Nullable Lane reserve(Gate gate, int laneKey, int recordBytes, long waitNanos) {
        if (isShut(gate)) {
            return null;
        }
        Lane lane = tryReserve(gate, laneKey, recordBytes);
        return lane != null || waitNanos <= 0 ? lane : awaitRoom(gate, laneKey, recordBytes, waitNanos);
    }

    /** Holds no lane while it waits: others may find room for less. */
    private static @Nullable Lane awaitRoom(Gate gate, int laneKey, int recordBytes, long waitNanos) {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE_NANOS;
        while (!isShut(gate) && !isOver(start, waitNanos)) {
            gate.wake().run();
            LockSupport.parkNanos(gate, pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            Lane lane = tryReserve(gate, laneKey, recordBytes);
            if (lane != null) {
                return lane;
            }
        }
        return null;
    }

    /** A claimed lane with room for the record; null if there is no room, the lane is then given back. */
    private static @Nullable Lane tryReserve(Gate gate, int laneKey, int recordBytes) {
        Lane lane = claim(gate, laneKey);
        boolean room = false;
        try {
            room = lane.reserve(recordBytes);
            return room ? lane : null;
        } finally {
            if (!room) {
                gate.shard().release(lane);
            }
        }
    }

    private static boolean isOver(long start, long waitNanos) {
        return waitNanos > 0
                && (System.nanoTime() - start >= waitNanos
                        || Thread.currentThread().isInterrupted());
    }

    private static boolean isShut(Gate gate) {
        return gate.shard().isClosed() || gate.failed().getAsBoolean();
    }

    private IngestResult whyNoRoom(Gate gate) {
        if (gate.shard().isClosed()) {
            return IngestResult.CLOSED;
        }
        if (gate.failed().getAsBoolean()) {
            return IngestResult.UNAVAILABLE;
        }
        return blockNanos == 0 ? IngestResult.FULL : IngestResult.TIMED_OUT;
    }

    private static IngestResult refuse(Gate gate, IngestResult outcome) {
        Lane lane = gate.shard().claim();
        switch (outcome) {
            case TIMED_OUT -> lane.countTimedOut();
            case DUPLICATE -> lane.countDuplicate();
            case CLOSED -> lane.countRejected();
            default -> lane.countRefused();
        }
        gate.shard().release(lane);
        return outcome;
    }

    private record PositionReceipt(int shard, CompletableFuture<Position> position) implements Receipt {
        @Override
        public void written(long sequence) {
            position.complete(new Position(shard, sequence));
        }

        @Override
        public void failed(RuntimeException cause) {
            position.completeExceptionally(cause);
        }
    }
}
