package io.netbus.shard;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collection;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Several lanes and the memory they share: any thread writes, one worker reads.
 * <p>
 * <b>Order:</b> records of one key all go through one lane, so they keep the order in which they were offered, whoever
 * offered them. Records without a key go through the offering thread's lane and keep that thread's order. A platform
 * thread has a lane of its own for as long as it lives; when those are taken, for virtual threads, and for keys, lanes
 * are shared: a producer claims one for the length of one record.
 */
public final class Shard {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int BY_REFERENCE_BYTES = CHUNK_BYTES / 4;
    private static final int OWNED_LANES = 8;
    private static final int SHARED_LANES = 4;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final int SPINS_BEFORE_YIELD = 64;

    private static final MethodHandle IS_VIRTUAL = isVirtualHandle();

    private final int number;
    private final long budgetBytes;
    private final Lane[] lanes = new Lane[OWNED_LANES + SHARED_LANES];
    private final Deque<Chunk> freeChunks = new ConcurrentLinkedDeque<>(); // last in, first out: the warmest again
    private final AtomicLong reservedBytes = new AtomicLong(); // all chunks that exist, free ones included
    private final ReentrantLock lock = new ReentrantLock(); // guards the worker's positions and the end

    private volatile boolean closed; // written by close
    private boolean ended; // under the lock: the worker has read for the last time
    private int nextLane; // worker only: whose turn it is

    /**
     * A shard of that number.
     *
     * @param budgetBytes memory its lanes may take together; room for two of the largest records and {@value
     *     #OWNED_LANES} + {@value #SHARED_LANES} chunks of 64 KiB lets every lane move
     */
    public Shard(int number, long budgetBytes) {
        this.number = number;
        this.budgetBytes = budgetBytes;
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane(this, i >= OWNED_LANES);
        }
    }

    /** The memory below which a record of that size might never find room. */
    public static long minBudgetBytes(int maxRecordBytes) {
        return (long) (OWNED_LANES + SHARED_LANES) * CHUNK_BYTES + 2L * (maxRecordBytes + Lane.RECORD_HEAD_BYTES);
    }

    /** Its number, from 0. */
    public int number() {
        return number;
    }

    // ---- producers

    /** Gives the calling thread its lane until it calls {@link #release}, in between it must not block. */
    public Lane claim() {
        Thread thread = Thread.currentThread();
        int slot = slot(thread);
        Lane lane = lanes[slot % OWNED_LANES];
        return lane.isOwnedBy(thread) ? lane : claimAnother(thread, lane, OWNED_LANES + slot % SHARED_LANES);
    }

    /** Gives the calling thread the lane of a key until it calls {@link #release}, in between it must not block. */
    public Lane claim(int keyHash) {
        return claimShared(OWNED_LANES + Math.floorMod(keyHash, SHARED_LANES));
    }

    /** Gives back what {@link #claim()} gave. */
    public void release(Lane lane) {
        if (lane.isShared()) {
            lane.unclaim();
        }
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed;
    }

    /** A thread that used a shared lane goes over to a lane of its own once what it left there has been taken out. */
    private Lane claimAnother(Thread thread, Lane own, int sharedLane) {
        if (own.isFree() && !isVirtual(thread) && lanes[sharedLane].isDrained() && own.tryOwn(thread)) {
            return own;
        }
        return claimShared(sharedLane);
    }

    @SuppressWarnings("ThreadPriorityCheck") // who holds the claim may have lost its processor, and needs it back
    private Lane claimShared(int index) {
        Lane lane = lanes[index];
        for (int spins = 1; !lane.tryClaim(); spins++) {
            if (spins % SPINS_BEFORE_YIELD == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
        return lane;
    }

    /** Spreads threads over numbers; the same thread always gets the same. */
    public static int spread(Thread thread, int bound) {
        long hash = thread.getId() * GOLDEN_RATIO;
        return (int) Math.multiplyHigh(hash >>> 1, (long) bound << 1);
    }

    private static int slot(Thread thread) {
        return (int) ((thread.getId() * GOLDEN_RATIO) >>> Integer.SIZE) & Short.MAX_VALUE; // other bits than spread
    }

    @Nullable
    Chunk takeChunk(int neededBytes) {
        if (neededBytes > BY_REFERENCE_BYTES) {
            return takeOwnChunk(neededBytes);
        }
        Chunk chunk = freeChunks.poll();
        if (chunk != null) {
            chunk.reset();
            return chunk;
        }
        return tryReserve(CHUNK_BYTES) ? newChunk(CHUNK_BYTES) : null;
    }

    /** A large record gets a chunk of its own size, so that it wastes no more than it needs. */
    private @Nullable Chunk takeOwnChunk(int neededBytes) {
        while (!tryReserve(neededBytes)) {
            if (freeChunks.poll() == null) {
                return null;
            }
            reservedBytes.addAndGet(-CHUNK_BYTES);
        }
        return newChunk(neededBytes);
    }

    /** What the heap does not give is not taken from the budget either. */
    private Chunk newChunk(int bytes) {
        try {
            return new Chunk(bytes);
        } catch (OutOfMemoryError e) {
            reservedBytes.addAndGet(-bytes);
            throw e;
        }
    }

    private boolean tryReserve(int bytes) {
        while (true) {
            long reserved = reservedBytes.get();
            if (reserved + bytes > budgetBytes) {
                return false;
            }
            if (reservedBytes.compareAndSet(reserved, reserved + bytes)) {
                return true;
            }
        }
    }

    void releaseChunk(Chunk chunk) {
        if (chunk.bytes.length == CHUNK_BYTES) {
            freeChunks.push(chunk);
        } else {
            reservedBytes.addAndGet(-chunk.bytes.length);
        }
    }

    /**
     * Settles a record that was published while the shard closed: the worker's last pass takes it, or has taken it, or
     * it is taken back.
     */
    boolean keepsAfterClose(Lane lane, int recordBytes) {
        lock.lock();
        try {
            return !ended || !lane.takeBackLast(recordBytes);
        } finally {
            lock.unlock();
        }
    }

    // ---- the worker

    /** How many records each lane has accepted; every record accepted before the call is counted. */
    public long[] acceptedRecords() {
        long[] accepted = new long[lanes.length];
        for (int i = 0; i < lanes.length; i++) {
            accepted[i] = lanes[i].acceptedRecords();
        }
        return accepted;
    }

    /** Whether each lane has handed over as many records as {@link #acceptedRecords()} said. Worker only. */
    public boolean hasDrained(long[] acceptedRecords) {
        for (int i = 0; i < lanes.length; i++) {
            if (lanes[i].drainedRecords() < acceptedRecords[i]) {
                return false;
            }
        }
        return true;
    }

    /** The lock that keeps the worker's positions still; {@link #drain} and {@link #trySnapshot} want it held. */
    public ReentrantLock lock() {
        return lock;
    }

    /** Whether something can be taken out. */
    public boolean hasRecords() {
        for (Lane lane : lanes) {
            if (lane.hasRecords()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Hands over what lies in the lanes, lane by lane, until the sink is full; the next call goes on with the next lane,
     * so that a busy one starves no other. Does nothing once the shard has ended. Worker only, under the lock.
     */
    public void drain(RecordSink sink) {
        boolean room = !ended;
        for (int i = 0; i < lanes.length && room; i++) {
            Lane lane = lanes[nextLane];
            room = lane.drain(sink);
            lane.publishDrained();
            lane.disownIfDead();
            nextLane = (nextLane + 1) % lanes.length;
        }
    }

    /** Whether somebody waits to be told what became of a record that lies in a lane. */
    public boolean hasReceipts() {
        for (Lane lane : lanes) {
            if (lane.hasReceipts()) {
                return true;
            }
        }
        return false;
    }

    /** Takes the receipts of all records that lie in lanes; the records stay. Worker only, under the lock. */
    public void takeReceipts(Collection<? super Receipt> taken) {
        for (Lane lane : lanes) {
            lane.takeReceipts(taken);
        }
    }

    /**
     * Adds all lanes' counters to {@code sum}, each lane's at one instant. Under the lock.
     *
     * @return false if a producer was held up in the middle of a call; the caller should let the lock go and try again
     */
    public boolean trySnapshot(ShardCounters sum) {
        ShardCounters scratch = new ShardCounters();
        for (Lane lane : lanes) {
            if (!lane.trySnapshot(sum, scratch)) {
                return false;
            }
        }
        return true;
    }

    /** Memory of the chunks that hold unread records. Under the lock. */
    public long unreadBytes() {
        long bytes = 0;
        for (Lane lane : lanes) {
            bytes += lane.unreadBytes();
        }
        return bytes;
    }

    // ---- the end

    /*
     * A producer publishes a record and then reads whether the shard is closed, without a fence in between: the record
     * may still sit in its processor's store buffer while the worker, after the close, looks for the last time. The
     * worker therefore pauses before that look for far longer than a store can stay there. A record the look finds is
     * read; one it does not find belongs to a producer that sees the close and settles it under the lock (CloseRaceStress,
     * EndRaceStress).
     */
    private static final long PAUSE_BEFORE_LAST_LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** Refuses new records; those on their way are still taken until the shard ends. */
    public void close() {
        closed = true;
    }

    /**
     * Ends the shard if it is closed and nothing lies in it: from then on a record that is still on its way is taken
     * back. Worker only, under the lock.
     *
     * @return whether it has ended
     */
    public boolean tryEnd() {
        if (!ended && closed && !hasRecords()) {
            pauseBeforeLastLook();
            ended = !hasRecords();
        }
        return ended;
    }

    /** Closes the shard and ends it, handing over what lies in it. Under the lock. */
    public void end(RecordSink sink) {
        close();
        if (!ended) {
            pauseBeforeLastLook();
            do {
                drain(sink);
            } while (hasRecords());
            ended = true;
        }
    }

    private static void pauseBeforeLastLook() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < PAUSE_BEFORE_LAST_LOOK_NANOS) {
            Thread.onSpinWait();
        }
    }

    private static boolean isVirtual(Thread thread) {
        try {
            return (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable e) {
            throw new IllegalStateException("Thread.isVirtual failed", e);
        }
    }

    /** {@code Thread.isVirtual()} where there is one (21 and later); else always false. */
    private static MethodHandle isVirtualHandle() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException e) {
            return MethodHandles.dropArguments(MethodHandles.constant(boolean.class, false), 0, Thread.class);
        }
    }
}
