package io.netbus.batch;

import io.netbus.adapter.AdapterException;
import io.netbus.adapter.RetryableAdapterException;
import io.netbus.adapter.ShardStream;
import io.netbus.event.EventBatch;
import io.netbus.event.ShardStats;
import io.netbus.shard.Receipt;
import io.netbus.shard.Shard;
import io.netbus.shard.ShardCounters;
import io.netbus.worker.Worker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes one shard's events: whatever lies in the lanes, up to a limit, is one batch; one batch is in flight at a time.
 * <p>
 * A single event in an idle shard leaves at once; under load a batch holds what came while the one before was written.
 * <b>Threads:</b> {@link #doWork()}, {@link #hasWork()} and {@link #onStop()} are the worker's; the rest is for any.
 */
public final class BatchWorker implements Worker {

    private static final int MAX_BATCH_BYTES = 4 * 1024 * 1024;
    private static final int INITIAL_BATCH_BYTES = 64 * 1024;
    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private static final VarHandle LENGTH = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final Shard shard;
    private final ShardStream stream;
    private final int maxBatchEvents;
    private final LongSupplier epochNanos;
    private final Queue<Barrier> barriers = new ConcurrentLinkedQueue<>();

    // the batch in hand; worker only, counted under the shard's lock
    private ByteBuffer encoded = ByteBuffer.allocate(INITIAL_BATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Receipt> receipts = new ArrayList<>(); // changed under the lock while a batch is in hand
    private int[] receiptIndexes = new int[16];
    private int inHand;

    // under the shard's lock
    private long acknowledged;
    private long lostAtClose;
    private long batches;

    private volatile ShardStats.State state = ShardStats.State.RUNNING; // written under the shard's lock
    private volatile @Nullable RuntimeException lastError; // written by the worker
    private long retryAtNanos;
    private long retryDelayNanos;

    private static final class Barrier {
        final long[] acceptedRecords;
        final CompletableFuture<Void> reached = new CompletableFuture<>();

        Barrier(long[] acceptedRecords) {
            this.acceptedRecords = acceptedRecords;
        }
    }

    /** @param epochNanos the wall clock, read once per batch */
    public BatchWorker(String name, Shard shard, ShardStream stream, int maxBatchEvents, LongSupplier epochNanos) {
        this.name = name;
        this.shard = shard;
        this.stream = stream;
        this.maxBatchEvents = maxBatchEvents;
        this.epochNanos = epochNanos;
    }

    @Override
    public String name() {
        return name;
    }

    /** Whether the adapter has failed for good. */
    public boolean isFailed() {
        return state == ShardStats.State.FAILED;
    }

    /**
     * Completes when everything accepted before the call is written; exceptionally with {@link AdapterException} when
     * that cannot happen any more. If the shard is closed, that is everything there is and nothing will follow.
     */
    public CompletionStage<Void> barrier() {
        Barrier barrier = new Barrier(shard.acceptedRecords());
        barriers.add(barrier);
        if (state == ShardStats.State.CLOSED) { // giveUp may have looked too early: BarrierAtCloseStress
            failBarriers(closedException());
        }
        return barrier.reached;
    }

    @Override
    public boolean hasWork() {
        if (inHand > 0 && !isFailed()) {
            return System.nanoTime() - retryAtNanos >= 0;
        }
        return !barriers.isEmpty() || (isFailed() ? shard.hasReceipts() : shard.hasRecords());
    }

    @Override
    public int doWork() {
        if (isFailed()) {
            failReceipts();
            failBarriers(failure());
            return 0;
        }
        if (inHand == 0) {
            if (!shard.hasRecords() && barriers.isEmpty()) {
                return 0;
            }
            fill();
        } else if (System.nanoTime() - retryAtNanos < 0) {
            return 0;
        }
        int written = inHand;
        if (inHand == 0 || write()) {
            completeBarriers();
        }
        return written;
    }

    /** Counts what is left as lost and tells everybody who waits for it. */
    @Override
    public void onStop() {
        giveUp();
        shard.lock().lock();
        try {
            lostAtClose += inHand;
            inHand = 0;
            encoded.clear();
        } finally {
            shard.lock().unlock();
        }
    }

    /**
     * Closes the shard, counts what lies in its lanes as lost, and tells everybody who waits, also for the batch in
     * hand. That batch stays queued until the adapter answers: nobody can tell before whether it is written. For a
     * worker whose adapter hangs; any thread may call it, again and again.
     */
    public void giveUp() {
        List<Receipt> waiting = new ArrayList<>();
        RuntimeException cause;
        shard.lock().lock();
        try {
            cause = isFailed() ? failure() : closedException();
            if (inHand > 0) {
                waiting.addAll(receipts);
                receipts.clear();
            }
            shard.end((bytes, offset, length, receipt) -> {
                lostAtClose++;
                return receipt == null || waiting.add(receipt);
            });
            state = ShardStats.State.CLOSED;
        } finally {
            shard.lock().unlock();
        }
        waiting.forEach(receipt -> receipt.failed(cause));
        failBarriers(cause);
    }

    /** The shard's counters at one instant. */
    public ShardStats stats() {
        ShardStats stats = tryStats();
        while (stats == null) { // a producer lost its processor in the middle of a call
            LockSupport.parkNanos(NAP_NANOS);
            stats = tryStats();
        }
        return stats;
    }

    private @Nullable ShardStats tryStats() {
        ShardCounters sum = new ShardCounters();
        shard.lock().lock();
        try {
            if (!shard.trySnapshot(sum)) {
                return null;
            }
            RuntimeException error = lastError;
            return new ShardStats(
                    shard.number(),
                    state,
                    sum.offered,
                    sum.accepted,
                    sum.refused,
                    sum.timedOut,
                    sum.duplicate,
                    sum.rejected,
                    acknowledged,
                    lostAtClose,
                    sum.inLanes + inHand,
                    shard.unreadBytes() + encoded.position(),
                    batches,
                    error == null ? null : String.valueOf(error.getMessage()));
        } finally {
            shard.lock().unlock();
        }
    }

    private void fill() {
        shard.lock().lock();
        try {
            shard.drain(this::add);
        } finally {
            shard.lock().unlock();
        }
    }

    private boolean add(byte[] bytes, int offset, int length, @Nullable Receipt receipt) {
        int needed = Integer.BYTES + length;
        if (inHand == maxBatchEvents || (inHand > 0 && encoded.position() + needed > MAX_BATCH_BYTES)) {
            return false;
        }
        if (encoded.remaining() < needed) {
            grow(needed);
        }
        if (receipt != null) {
            if (receipts.size() == receiptIndexes.length) {
                receiptIndexes = Arrays.copyOf(receiptIndexes, 2 * receiptIndexes.length);
            }
            receiptIndexes[receipts.size()] = inHand;
            receipts.add(receipt);
        }
        int at = encoded.position();
        LENGTH.set(encoded.array(), at, length);
        System.arraycopy(bytes, offset, encoded.array(), at + Integer.BYTES, length);
        encoded.position(at + needed);
        inHand++;
        return true;
    }

    private void grow(int needed) {
        int capacity = Math.max(encoded.position() + needed, Math.min(2 * encoded.capacity(), MAX_BATCH_BYTES));
        encoded = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(encoded.flip());
    }

    /** Returns whether the batch in hand is written; if not, it stays in hand. */
    private boolean write() {
        long first;
        try {
            ByteBuffer records = encoded.duplicate().flip().order(ByteOrder.LITTLE_ENDIAN);
            first = stream.write(new EventBatch(records, inHand, epochNanos.getAsLong()));
        } catch (RetryableAdapterException e) {
            retryLater(e);
            return false;
        } catch (RuntimeException e) {
            fail(e);
            return false;
        } catch (Error e) { // nobody can tell what is stored, so a retry might store it twice
            fail(new AdapterException("adapter failed: worker=" + name + ", cause=" + e, e));
            return false;
        }
        acknowledge(first);
        return true;
    }

    private void acknowledge(long firstSequence) {
        shard.lock().lock();
        try {
            acknowledged += inHand;
            batches++;
            inHand = 0;
            clearBuffer();
            enter(ShardStats.State.RUNNING);
        } finally {
            shard.lock().unlock();
        }
        retryDelayNanos = 0;
        try {
            for (int i = 0; i < receipts.size(); i++) {
                receipts.get(i).written(firstSequence + receiptIndexes[i]);
            }
        } finally {
            receipts.clear();
        }
    }

    /** Under the lock. A shard that was given up stays closed, whatever the adapter says later. */
    private void enter(ShardStats.State next) {
        if (state != ShardStats.State.CLOSED) {
            state = next;
        }
    }

    private void clearBuffer() {
        encoded.clear();
        if (encoded.capacity() > MAX_BATCH_BYTES) { // one large event must not pin its memory for good
            encoded = ByteBuffer.allocate(INITIAL_BATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private void retryLater(RetryableAdapterException e) {
        lastError = e;
        shard.lock().lock();
        try {
            enter(ShardStats.State.RETRYING);
        } finally {
            shard.lock().unlock();
        }
        retryDelayNanos = Math.min(Math.max(FIRST_RETRY_NANOS, 2 * retryDelayNanos), LONGEST_RETRY_NANOS);
        long jitter = ThreadLocalRandom.current().nextLong(retryDelayNanos / 2);
        retryAtNanos = System.nanoTime() + retryDelayNanos - jitter;
    }

    private void fail(RuntimeException e) {
        List<Receipt> waiting;
        lastError = e;
        shard.lock().lock();
        try {
            enter(ShardStats.State.FAILED);
            waiting = List.copyOf(receipts);
            receipts.clear();
        } finally {
            shard.lock().unlock();
        }
        waiting.forEach(receipt -> receipt.failed(e));
        failBarriers(e);
    }

    /** Tells everybody who waits for a record in a lane; the records stay there until the close. */
    private void failReceipts() {
        if (!shard.hasReceipts()) {
            return;
        }
        List<Receipt> waiting = new ArrayList<>();
        shard.lock().lock();
        try {
            shard.takeReceipts(waiting);
        } finally {
            shard.lock().unlock();
        }
        RuntimeException cause = failure();
        waiting.forEach(receipt -> receipt.failed(cause));
    }

    /** Nothing is in hand. */
    private void completeBarriers() {
        if (barriers.isEmpty()) {
            return;
        }
        List<Barrier> reached = new ArrayList<>(barriers);
        boolean closing = shard.isClosed(); // after the barriers: one that was asked for after the close must see it
        shard.lock().lock();
        try {
            if (state == ShardStats.State.CLOSED || (closing && !shard.tryEnd())) {
                return;
            }
            reached.removeIf(barrier -> !closing && !shard.hasDrained(barrier.acceptedRecords));
        } finally {
            shard.lock().unlock();
        }
        for (Barrier barrier : reached) {
            if (barriers.remove(barrier)) {
                barrier.reached.complete(null);
            }
        }
    }

    private void failBarriers(RuntimeException cause) {
        for (Barrier barrier = barriers.poll(); barrier != null; barrier = barriers.poll()) {
            barrier.reached.completeExceptionally(cause);
        }
    }

    private RuntimeException failure() {
        RuntimeException error = lastError;
        return error == null ? new AdapterException("shard failed: shard=" + shard.number(), null) : error;
    }

    private AdapterException closedException() {
        return new AdapterException(
                "bus closed before the event was written: worker=" + name + ", shard=" + shard.number(), lastError);
    }
}
