package io.netbus.ingest;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.netbus.shard.Shard;

/**
 * Which shard an event goes to. A key hashes (XXH3, 64 bits, of its UTF-8) to one of {@value #SLOTS} slots, and each
 * shard owns a range of slots; an event without a key goes to its thread's shard.
 */
final class ShardRouter {

    static final int SLOTS = 1024;

    private static final Hasher64 HASHER = Hashing.xxh3_64();
    private static final int SLOT_SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(SLOTS);

    private final int shards;

    ShardRouter(int shards) {
        this.shards = shards;
    }

    static long hash(byte[] key) {
        return HASHER.hashBytesToLong(key);
    }

    int shardOfHash(long keyHash) {
        int slot = (int) (keyHash >>> SLOT_SHIFT);
        return slot * shards / SLOTS;
    }

    int shardOfThread() {
        return shards == 1 ? 0 : Shard.spread(Thread.currentThread(), shards);
    }
}
