package io.netbus.shard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Collection;
import org.jctools.queues.varhandle.SpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * One producer's way into a shard: it fills chunks in place, the shard's worker reads behind it.
 * <p>
 * <b>Threads:</b> the methods a producer calls belong to whoever has claimed the lane ({@link Shard#claim()}); those
 * the worker calls, to the worker. Accepting a record is a copy and a few plain and ordered stores; nothing is
 * allocated per record.
 */
public final class Lane extends LaneCounters {

    /*
     * A record in a chunk is a 32-bit word, length and whether a receipt goes with it, and its bytes. Chunks of a lane
     * are linked; the worker follows the links and gives back what it has read. How much lies in the lane is the
     * difference of two positions, so nobody maintains a counter for it.
     *
     * The producer's fields are plain: they go from one producer to the next with the claim (LaneClaimStress), or with
     * the worker's word that the owner has ended (LaneOwnerStress, LaneHandOverStress). A receipt is queued before its
     * record is published (ReceiptStress).
     */
    static final int RECORD_HEAD_BYTES = Integer.BYTES;

    private static final int HAS_RECEIPT = 1 << 31;
    private static final int RECEIPT_QUEUE_CHUNK = 64;
    private static final int SPINS_FOR_SNAPSHOT = 1_000;

    private static final VarHandle HEAD = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle OWNER;
    private static final VarHandle CLAIMED;
    private static final VarHandle TAIL;
    private static final VarHandle RECEIPTS;
    private static final VarHandle DRAINED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OWNER = lookup.findVarHandle(Lane.class, "owner", Thread.class);
            CLAIMED = lookup.findVarHandle(Lane.class, "claimed", boolean.class);
            TAIL = lookup.findVarHandle(Lane.class, "tail", Chunk.class);
            DRAINED = lookup.findVarHandle(Lane.class, "drained", long.class);
            RECEIPTS = lookup.findVarHandle(Lane.class, "receipts", SpscUnboundedVarHandleArrayQueue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Shard shard;
    private final boolean shared;

    // written by the producer that has claimed the lane
    private Chunk tail;
    private int limit;
    private int records;
    private @Nullable SpscUnboundedVarHandleArrayQueue<Receipt> receipts;

    @SuppressWarnings("UnusedVariable") // read and written through CLAIMED
    private boolean claimed;

    // written by the first producer, cleared by the worker when that thread has ended
    @SuppressWarnings("UnusedVariable") // read and written through OWNER
    private @Nullable Thread owner;

    // written by the worker
    private Chunk head;
    private int readOffset;
    private int readRecords;
    private long drained; // how far others may know the worker has come

    /** @param shared whether it is claimed record by record instead of owned */
    Lane(Shard shard, boolean shared) {
        this.shard = shard;
        this.shared = shared;
        this.tail = new Chunk(0);
        this.head = tail;
    }

    // ---- claiming

    boolean isOwnedBy(Thread thread) {
        return (Thread) OWNER.getOpaque(this) == thread;
    }

    boolean isFree() {
        return OWNER.getOpaque(this) == null;
    }

    boolean tryOwn(Thread thread) {
        return OWNER.compareAndSet(this, (Thread) null, thread);
    }

    void disownIfDead() {
        Thread thread = (Thread) OWNER.getAcquire(this);
        if (thread != null && !thread.isAlive()) {
            OWNER.setVolatile(this, (Thread) null);
        }
    }

    boolean tryClaim() {
        return !(boolean) CLAIMED.getOpaque(this) && CLAIMED.compareAndSet(this, false, true);
    }

    boolean isShared() {
        return shared;
    }

    void unclaim() {
        CLAIMED.setRelease(this, false);
    }

    // ---- the producer's side

    /**
     * Finds room for a record of that many bytes, to be written into {@link #buffer()} at {@link #offset()} and then
     * committed.
     *
     * @return whether there is room; false if the shard's budget is used up, nothing has then changed
     */
    public boolean reserve(int recordBytes) {
        int needed = RECORD_HEAD_BYTES + recordBytes;
        return needed <= tail.bytes.length - limit || openChunk(needed);
    }

    /** Where {@link #reserve} found room. */
    public byte[] buffer() {
        return tail.bytes;
    }

    /** Where in the {@link #buffer()} the reserved record begins. */
    public int offset() {
        return limit + RECORD_HEAD_BYTES;
    }

    /**
     * Accepts the record that was written into the room reserved last.
     *
     * @param receipt told what became of it; null if nobody asks
     * @return whether it was accepted; false if the shard closed before anybody could read it
     */
    public boolean commit(int recordBytes, @Nullable Receipt receipt) {
        int mark = recordBytes;
        if (receipt != null) {
            receipts().offer(receipt);
            mark |= HAS_RECEIPT;
        }
        HEAD.set(tail.bytes, limit, mark);
        limit += RECORD_HEAD_BYTES + recordBytes;
        records++;
        beginCall();
        countAccepted();
        tail.publish(limit, records);
        boolean kept = !shard.isClosed() || shard.keepsAfterClose(this, recordBytes);
        endCall();
        if (limit == tail.bytes.length) {
            seal(new Chunk(0)); // so that a large record's memory is free as soon as it is read
        }
        return kept;
    }

    private boolean openChunk(int needed) {
        Chunk chunk = shard.takeChunk(needed);
        if (chunk == null) {
            return false;
        }
        seal(chunk);
        return true;
    }

    /** Goes over to another chunk. */
    private void seal(Chunk chunk) {
        chunk.firstRecord = tail.firstRecord + records;
        Chunk sealed = tail;
        limit = 0;
        records = 0;
        TAIL.setRelease(this, chunk);
        sealed.link(chunk);
    }

    private SpscUnboundedVarHandleArrayQueue<Receipt> receipts() {
        SpscUnboundedVarHandleArrayQueue<Receipt> queue = receipts;
        if (queue == null) {
            queue = new SpscUnboundedVarHandleArrayQueue<>(RECEIPT_QUEUE_CHUNK);
            RECEIPTS.setRelease(this, queue);
        }
        return queue;
    }

    // ---- the worker's side

    /** Whether something can be read. Any thread may ask; only the worker's answer stays true. */
    boolean hasRecords() {
        return Chunk.limit(head.published()) > readOffset || head.next() != null;
    }

    /** Hands over what is published, in order; returns false if the sink was full first. */
    boolean drain(RecordSink sink) {
        while (true) {
            int end = Chunk.limit(head.published());
            if (!drainChunk(end, sink)) {
                return false;
            }
            Chunk next = head.next();
            if (next == null) {
                return true;
            }
            if (Chunk.limit(head.published()) == end) {
                shard.releaseChunk(head);
                head = next;
                readOffset = 0;
                readRecords = 0;
            }
        }
    }

    /**
     * Hands over what lies in the first chunk up to {@code end}; returns false if the sink was full first. The position
     * stays in registers meanwhile: its fields share cache lines with what the producer writes for every record.
     */
    private boolean drainChunk(int end, RecordSink sink) {
        byte[] bytes = head.bytes;
        int offset = readOffset;
        int count = readRecords;
        try {
            while (offset < end) {
                int word = (int) HEAD.get(bytes, offset);
                int recordBytes = word & ~HAS_RECEIPT;
                Receipt receipt = (word & HAS_RECEIPT) == 0 ? null : nextReceipt();
                if (!sink.accept(bytes, offset + RECORD_HEAD_BYTES, recordBytes, receipt)) {
                    return false;
                }
                if (receipt != null) {
                    takeReceipt();
                }
                offset += RECORD_HEAD_BYTES + recordBytes;
                count++;
            }
            return true;
        } finally {
            readOffset = offset;
            readRecords = count;
        }
    }

    /** Lets producers know how far the worker has come. */
    void publishDrained() {
        long now = drainedRecords();
        if (now != drained) {
            DRAINED.setRelease(this, now);
        }
    }

    /** Whether everything accepted before the call has been handed over. Any thread may ask. */
    boolean isDrained() {
        return (long) DRAINED.getAcquire(this) >= acceptedRecords();
    }

    /** How many records were accepted so far; every record accepted before the call is counted. Any thread may ask. */
    long acceptedRecords() {
        return acceptedAcquire();
    }

    /**
     * How many records were published so far. The last chunk's word on that, so it is asked for under the shard's lock
     * alone: else the chunk may be read, given back and filled by another lane in between.
     */
    private long publishedRecords() {
        Chunk last = (Chunk) TAIL.getAcquire(this);
        return last.firstRecord + Chunk.records(last.published());
    }

    /** How many records were handed over so far. Worker only, or under the shard's lock. */
    long drainedRecords() {
        return head.firstRecord + readRecords;
    }

    /** Takes back the record published last if the worker has not read it and never will. Under the shard's lock. */
    boolean takeBackLast(int recordBytes) {
        if (publishedRecords() <= drainedRecords()) {
            return false;
        }
        limit -= RECORD_HEAD_BYTES + recordBytes;
        records--;
        turnAcceptedIntoRejected();
        tail.publish(limit, records);
        return true;
    }

    /**
     * Adds this lane's counters at one instant to {@code sum}; {@code scratch} is overwritten. Under the shard's lock.
     *
     * @return false if a producer was in the middle of a call all the while; {@code sum} is then as it was
     */
    boolean trySnapshot(ShardCounters sum, ShardCounters scratch) {
        for (int i = 0; i < SPINS_FOR_SNAPSHOT; i++) {
            scratch.copyFrom(sum);
            long completed = completedAcquire();
            addTo(scratch);
            scratch.inLanes += publishedRecords() - drainedRecords();
            VarHandle.acquireFence();
            long offered = offeredOpaque();
            scratch.offered += offered;
            if (offered == completed) {
                sum.copyFrom(scratch);
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Memory of the chunks that hold unread records. Worker only. */
    long unreadBytes() {
        long bytes = 0;
        for (Chunk chunk = head; chunk != null; chunk = chunk.next()) {
            if (chunk != head || Chunk.limit(chunk.published()) > readOffset) {
                bytes += chunk.bytes.length;
            }
        }
        return bytes;
    }

    boolean hasReceipts() {
        SpscUnboundedVarHandleArrayQueue<Receipt> queue = receiptsAcquire();
        return queue != null && !queue.isEmpty();
    }

    /** Takes all receipts out; their records stay and have none any more. */
    void takeReceipts(Collection<? super Receipt> taken) {
        for (Receipt receipt = takeReceipt(); receipt != null; receipt = takeReceipt()) {
            taken.add(receipt);
        }
    }

    /** The receipt of the record in hand; null only after {@link #takeReceipts}. */
    private @Nullable Receipt nextReceipt() {
        SpscUnboundedVarHandleArrayQueue<Receipt> queue = receiptsAcquire();
        return queue == null ? null : queue.peek();
    }

    private @Nullable Receipt takeReceipt() {
        SpscUnboundedVarHandleArrayQueue<Receipt> queue = receiptsAcquire();
        return queue == null ? null : queue.poll();
    }

    @SuppressWarnings("unchecked")
    private @Nullable SpscUnboundedVarHandleArrayQueue<Receipt> receiptsAcquire() {
        return (SpscUnboundedVarHandleArrayQueue<Receipt>) RECEIPTS.getAcquire(this);
    }
}
