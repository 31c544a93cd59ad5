package io.netbus.ingest;

import io.netbus.event.Position;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The ids accepted lately, each with where its event is stored, or will be. <b>Threads:</b> any. Takes about 200 bytes
 * per id. An id has one holder at a time ({@code IdClaimStress}, {@code IdRunOutStress}, {@code IdReleaseStress}).
 */
final class IdempotencyWindow {

    private final long windowNanos;
    private final Map<String, Claim> claims = new ConcurrentHashMap<>();
    private final Queue<Claim> inOrder = new ConcurrentLinkedQueue<>();

    IdempotencyWindow(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /** An id somebody holds, and the position its event gets. */
    static final class Claim {

        final String id;
        final long epochNanos;
        final CompletableFuture<Position> position;
        private volatile Fate fate = Fate.PENDING;

        Claim(String id, long epochNanos, CompletableFuture<Position> position) {
            this.id = id;
            this.epochNanos = epochNanos;
            this.position = position;
        }

        /** Whether the event that holds the id is accepted, is refused, or still waits for room. */
        Fate fate() {
            return fate;
        }
    }

    enum Fate {
        PENDING,
        ACCEPTED,
        RELEASED
    }

    /** Takes the id for {@code claim}; returns who holds it, null if it was free or had run out. */
    @Nullable
    Claim claim(Claim claim) {
        long oldest = claim.epochNanos - windowNanos;
        forgetBefore(oldest);
        while (true) {
            Claim holder = claims.putIfAbsent(claim.id, claim);
            if (holder == null) {
                return null;
            }
            if (holder.fate() != Fate.ACCEPTED || holder.epochNanos >= oldest) {
                return holder;
            }
            if (claims.replace(claim.id, holder, claim)) {
                return null;
            }
        }
    }

    /** Keeps the id: its event was accepted. */
    void keep(Claim claim) {
        claim.fate = Fate.ACCEPTED;
        inOrder.add(claim);
    }

    /** Gives the id back: its event was refused. */
    void release(Claim claim) {
        claims.remove(claim.id, claim);
        claim.fate = Fate.RELEASED;
    }

    /** Remembers an id found in the log. */
    void restore(String id, long epochNanos, Position position) {
        Claim claim = new Claim(id, epochNanos, CompletableFuture.completedFuture(position));
        if (claims.merge(id, claim, (one, other) -> one.epochNanos >= other.epochNanos ? one : other) == claim) {
            keep(claim);
        }
    }

    /** How many ids are remembered. */
    int size() {
        return claims.size();
    }

    private void forgetBefore(long epochNanos) {
        Claim oldest = inOrder.peek();
        while (oldest != null && oldest.epochNanos < epochNanos) {
            if (inOrder.remove(oldest)) {
                claims.remove(oldest.id, oldest);
            }
            oldest = inOrder.peek();
        }
    }
}
