package io.netbus.shard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
     * A record in a chunk is a 64-bit word and its bytes. The word holds the length, whether a receipt goes with it,
     * and the round in which it was published. Rounds keep order between lanes: the worker raises the shard's round,
     * then takes out of every lane what was published before the raise. If one record was accepted before the offer of
     * another began, its round is not later, so no pass takes the second and leaves the first; without that, a key's
     * events offered by two threads in turn could change places.
     */
    static final int RECORD_HEAD_BYTES = Long.BYTES;

    private static final int HAS_RECEIPT = 1 << 31;
    private static final int RECEIPT_QUEUE_CHUNK = 64;
    private static final int SPINS_FOR_SNAPSHOT = 100_000;

    private static final VarHandle HEAD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle OWNER;
    private static final VarHandle CLAIMED;
    private static final VarHandle TAIL;
    private static final VarHandle RECEIPTS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OWNER = lookup.findVarHandle(Lane.class, "owner", Thread.class);
            CLAIMED = lookup.findVarHandle(Lane.class, "claimed", boolean.class);
            TAIL = lookup.findVarHandle(Lane.class, "tail", Chunk.class);
            RECEIPTS = lookup.findVarHandle(Lane.class, "receipts", SpscUnboundedVarHandleArrayQueue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Shard shard;

    // written by the producer that has claimed the lane
    private Chunk tail;
    private int limit;
    private int records;
    private @Nullable SpscUnboundedVarHandleArrayQueue<Receipt> receipts;
    private boolean claimed;

    // written by the first producer, cleared by the worker when that thread has ended
    private @Nullable Thread owner;

    // written by the worker
    private Chunk head;
    private int readOffset;
    private int readRecords;

    Lane(Shard shard) {
        this.shard = shard;
        this.tail = new Chunk(0);
        this.head = tail;
    }

    // ---- claiming

    boolean isOwnedBy(Thread thread) {
        return (Thread) OWNER.getOpaque(this) == thread;
    }

    boolean tryOwn(Thread thread) {
        return OWNER.getOpaque(this) == null && OWNER.compareAndSet(this, (Thread) null, thread);
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
        HEAD.set(tail.bytes, limit, (long) shard.round() << Integer.SIZE | Integer.toUnsignedLong(mark));
        limit += RECORD_HEAD_BYTES + recordBytes;
        records++;
        beginCall();
        countAccepted();
        tail.publish(limit, records);
        boolean kept = !shard.isClosed() || shard.keepsAfterClose(this);
        endCall();
        return kept;
    }

    private boolean openChunk(int needed) {
        Chunk chunk = shard.takeChunk(needed);
        if (chunk == null) {
            return false;
        }
        chunk.firstRecord = tail.firstRecord + records;
        Chunk sealed = tail;
        limit = 0;
        records = 0;
        TAIL.setRelease(this, chunk);
        sealed.link(chunk);
        return true;
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

    /** Hands over what was published up to that round; returns false if the sink was full first. */
    boolean drain(int round, RecordSink sink) {
        while (true) {
            int end = Chunk.limit(head.published());
            while (readOffset < end) {
                long word = (long) HEAD.get(head.bytes, readOffset);
                if ((int) (word >>> Integer.SIZE) - round > 0) {
                    return true;
                }
                int recordBytes = (int) word & ~HAS_RECEIPT;
                Receipt receipt = ((int) word & HAS_RECEIPT) == 0 ? null : nextReceipt();
                if (!sink.accept(head.bytes, readOffset + RECORD_HEAD_BYTES, recordBytes, receipt)) {
                    return false;
                }
                if (receipt != null) {
                    takeReceipt();
                }
                readOffset += RECORD_HEAD_BYTES + recordBytes;
                readRecords++;
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

    /** Takes back the record published last if the worker has not read it and never will. Under the shard's lock. */
    boolean takeBackLast() {
        if (tail.firstRecord + records <= head.firstRecord + readRecords) {
            return false;
        }
        records--;
        turnAcceptedIntoRejected();
        tail.publish(limit, records);
        return true;
    }

    /** Adds this lane's counters at one instant to {@code sum}; {@code scratch} is overwritten. */
    void snapshot(ShardCounters sum, ShardCounters scratch) {
        for (int i = 0; i < SPINS_FOR_SNAPSHOT; i++) {
            scratch.copyFrom(sum);
            long completed = completedAcquire();
            addTo(scratch);
            Chunk last = (Chunk) TAIL.getAcquire(this);
            scratch.inLanes +=
                    last.firstRecord + Chunk.records(last.published()) - head.firstRecord - readRecords;
            VarHandle.acquireFence();
            long offered = offeredOpaque();
            scratch.offered += offered;
            if (offered == completed) {
                break;
            }
            Thread.onSpinWait();
        }
        sum.copyFrom(scratch);
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

    /** Tells all receipts that their records will not be stored; the records stay and have none any more. */
    void failReceipts(RuntimeException cause) {
        for (Receipt receipt = takeReceipt(); receipt != null; receipt = takeReceipt()) {
            receipt.failed(cause);
        }
    }

    /** The receipt of the record in hand; null only after {@link #failReceipts}. */
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
