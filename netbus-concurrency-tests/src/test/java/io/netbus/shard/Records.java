package io.netbus.shard;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the stress tests do with shards. */
final class Records {

    static final int KEY = 3;

    /** Room for a few chunks; a record makes its own, small enough for thousands of shards at once. */
    private static final long BUDGET_BYTES = 256 * 1024;

    private Records() {}

    static Shard newShard() {
        return new Shard(0, BUDGET_BYTES);
    }

    /** Writes a record of four bytes; returns whether it was accepted. */
    static boolean offer(Shard shard, Lane lane, int value, @Nullable Receipt receipt) {
        if (!lane.reserve(Integer.BYTES)) {
            throw new IllegalStateException("the budget is for more than that");
        }
        lane.buffer()[lane.offset()] = (byte) value;
        boolean kept = lane.commit(Integer.BYTES, receipt);
        shard.release(lane);
        return kept;
    }

    static boolean locked(Shard shard, BooleanSupplier action) {
        ReentrantLock lock = shard.lock();
        lock.lock();
        try {
            return action.getAsBoolean();
        } finally {
            lock.unlock();
        }
    }
}
