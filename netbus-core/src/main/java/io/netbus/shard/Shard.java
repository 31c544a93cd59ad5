package io.netbus.shard;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Several lanes and the memory they share: any thread writes, one worker reads.
 * <p>
 * A platform thread gets a lane of its own for as long as it lives; when those are taken, and for virtual threads, a
 * few shared lanes are claimed for the length of one record. What one thread offers, and what threads offer one after
 * the other, is taken out in that order.
 */
public final class Shard {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int BY_REFERENCE_BYTES = CHUNK_BYTES / 4;
    private static final int OWNED_LANES = 8;
    private static final int SHARED_LANES = 4;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final int SPINS_BEFORE_YIELD = 64;

    private static final MethodHandle IS_VIRTUAL = isVirtualHandle();
    private static final VarHandle ROUND;

    static {
        try {
            ROUND = MethodHandles.lookup().findVarHandle(Shard.class, "round", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int number;
    private final long budgetBytes;
    private final Lane[] lanes = new Lane[OWNED_LANES + SHARED_LANES];
    private final MpmcVarHandleArrayQueue<Chunk> freeChunks;
    private final AtomicLong reservedBytes = new AtomicLong(); // all chunks that exist, free ones included
    private final ReentrantLock lock = new ReentrantLock(); // guards the worker's positions and the end

    private int round; // written by the worker
    private volatile boolean closed; // written by close
    private boolean drained; // under the lock: the worker has read for the last time

    // the pass in hand; worker only
    private boolean inPass;
    private int pass;
    private int passLane;

    /**
     * A shard of that number.
     *
     * @param budgetBytes memory its lanes may take together; room for two of the largest records and {@value
     *     #OWNED_LANES} + {@value #SHARED_LANES} chunks of 64 KiB lets every lane move
     */
    public Shard(int number, long budgetBytes) {
        this.number = number;
        this.budgetBytes = budgetBytes;
        this.freeChunks = new MpmcVarHandleArrayQueue<>((int) Math.max(2, budgetBytes / CHUNK_BYTES));
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane(this);
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

    /** Gives the calling thread a lane for itself until it calls {@link #release}, in between it must not block. */
    public Lane claim() {
        Thread thread = Thread.currentThread();
        int slot = slot(thread);
        Lane lane = lanes[slot];
        return lane.isOwnedBy(thread) ? lane : claimAnother(thread, slot);
    }

    /** Gives back what {@link #claim()} gave. */
    public void release(Lane lane) {
        if (!lane.isOwnedBy(Thread.currentThread())) {
            lane.unclaim();
        }
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed;
    }

    private Lane claimAnother(Thread thread, int slot) {
        if (!isVirtual(thread) && lanes[slot].tryOwn(thread)) {
            return lanes[slot];
        }
        int spins = 0;
        for (int i = slot; ; i++) {
            Lane lane = lanes[OWNED_LANES + i % SHARED_LANES];
            if (lane.tryClaim()) {
                return lane;
            }
            if (++spins % SPINS_BEFORE_YIELD == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /** Spreads threads over numbers; the same thread always gets the same. */
    public static int spread(Thread thread, int bound) {
        long hash = thread.getId() * GOLDEN_RATIO;
        return (int) Math.multiplyHigh(hash >>> 1, (long) bound << 1);
    }

    private static int slot(Thread thread) {
        return (int) (thread.getId() * GOLDEN_RATIO >>> Integer.SIZE) & OWNED_LANES - 1; // other bits than spread
    }

    int round() {
        return (int) ROUND.getOpaque(this);
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
        return tryReserve(CHUNK_BYTES) ? new Chunk(CHUNK_BYTES) : null;
    }

    /** A large record gets a chunk of its own size, so that it wastes no more than it needs. */
    private @Nullable Chunk takeOwnChunk(int neededBytes) {
        while (!tryReserve(neededBytes)) {
            if (freeChunks.poll() == null) {
                return null;
            }
            reservedBytes.addAndGet(-CHUNK_BYTES);
        }
        return new Chunk(neededBytes);
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
        if (chunk.bytes.length != CHUNK_BYTES || !freeChunks.offer(chunk)) {
            reservedBytes.addAndGet(-chunk.bytes.length);
        }
    }

    /**
     * Settles a record that was published while the shard closed: the worker's last pass takes it, or has taken it, or
     * it is taken back.
     */
    boolean keepsAfterClose(Lane lane) {
        lock.lock();
        try {
            return !drained || !lane.takeBackLast();
        } finally {
            lock.unlock();
        }
    }

    // ---- the worker

    /**
     * A number that everything accepted before the call is taken out under: once {@link #completedPass()} has reached
     * it, everything has been handed over.
     */
    public int barrier() {
        VarHandle.fullFence(); // the caller's own last record must be visible before the round is read
        return (int) ROUND.getVolatile(this);
    }

    /** The lock that keeps the worker's positions still; {@link #drain} and {@link #snapshot} want it held. */
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
     * Hands over everything accepted before the pass began; a pass the sink could not take whole goes on with the next
     * call. Worker only, under the lock.
     *
     * @return whether the pass is complete
     */
    public boolean drain(RecordSink sink) {
        if (!inPass) {
            pass = round;
            ROUND.setVolatile(this, pass + 1);
            passLane = 0;
            inPass = true;
        }
        while (passLane < lanes.length) {
            if (!lanes[passLane].drain(pass, sink)) {
                return false;
            }
            lanes[passLane].disownIfDead();
            passLane++;
        }
        inPass = false;
        return true;
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

    /** Tells everybody who waits for a record in a lane that it will not be stored. Worker only. */
    public void failReceipts(RuntimeException cause) {
        for (Lane lane : lanes) {
            lane.failReceipts(cause);
        }
    }

    /** The number of the last pass that {@link #drain} has completed; compare by difference, it wraps. */
    public int completedPass() {
        return inPass ? pass - 1 : round - 1;
    }

    /** Adds all lanes' counters to {@code sum}, each lane's at one instant. Under the lock. */
    public void snapshot(ShardCounters sum) {
        ShardCounters scratch = new ShardCounters();
        for (Lane lane : lanes) {
            lane.snapshot(sum, scratch);
        }
    }

    /** Memory of the chunks that hold unread records. Under the lock. */
    public long unreadBytes() {
        long bytes = 0;
        for (Lane lane : lanes) {
            bytes += lane.unreadBytes();
        }
        return bytes;
    }

    /** From now on new records are taken back unless {@link #drain} comes first. */
    public void close() {
        closed = true;
    }

    /** Says that {@link #drain} will not be called again. Under the lock. */
    public void endDrain() {
        drained = true;
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
