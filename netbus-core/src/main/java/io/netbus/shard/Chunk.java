package io.netbus.shard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A block of memory that one lane's writer fills and the shard's worker reads behind it.
 * <p>
 * How far it is filled is one 64-bit word, bytes low and records high, published with an ordered store: who sees the
 * word sees the bytes ({@code ChunkPublicationStress}). Once {@link #next()} is set the word does not change again ({@code
 * ChunkLinkStress}).
 */
final class Chunk {

    private static final VarHandle PUBLISHED;
    private static final VarHandle NEXT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PUBLISHED = lookup.findVarHandle(Chunk.class, "published", long.class);
            NEXT = lookup.findVarHandle(Chunk.class, "next", Chunk.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final byte[] bytes;

    /** Records of the lane before this chunk; set before the chunk is linked. */
    long firstRecord;

    @SuppressWarnings("UnusedVariable") // read and written through PUBLISHED
    private long published;

    @SuppressWarnings("UnusedVariable") // read and written through NEXT
    private @Nullable Chunk next;

    Chunk(int capacityBytes) {
        bytes = new byte[capacityBytes];
    }

    void publish(int limit, int records) {
        PUBLISHED.setRelease(this, (long) records << Integer.SIZE | limit);
    }

    /** Bytes filled and records in them, as one word; see {@link #limit} and {@link #records}. */
    long published() {
        return (long) PUBLISHED.getAcquire(this);
    }

    static int limit(long published) {
        return (int) published;
    }

    static int records(long published) {
        return (int) (published >>> Integer.SIZE);
    }

    void link(Chunk successor) {
        NEXT.setRelease(this, successor);
    }

    @Nullable
    Chunk next() {
        return (Chunk) NEXT.getAcquire(this);
    }

    /** Makes a chunk that nobody else can reach any more ready to be filled again. */
    void reset() {
        PUBLISHED.set(this, 0L);
        NEXT.set(this, (Chunk) null);
    }
}
