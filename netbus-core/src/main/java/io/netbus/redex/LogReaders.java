package io.netbus.redex;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Who reads which segment just now, so that memory is unmapped only behind them. <b>Threads:</b> any.
 */
final class LogReaders {

    /*
     * A reader says which segment it enters, then looks for that segment's memory. Who takes memory away removes it from
     * there, then waits for all who have said that they are in. Either the reader finds it gone, or it is seen.
     */
    private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** So many segments stay mapped; of 128 MiB each that is an address space of 32 GiB, and no memory of the heap. */
    private static final int MAX_OPEN = 256;

    private final Set<Slot> slots = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Segment> open = new ConcurrentLinkedQueue<>(); // the eldest first
    private final AtomicInteger openCount = new AtomicInteger();

    /** Where one reader says what it reads; also what it reads from. <b>Threads:</b> one at a time, except for close. */
    final class Slot implements ReadableBytes {

        private @Nullable Segment segment;
        private volatile @Nullable Segment reading;
        private volatile boolean closed;

        private Slot() {}

        /** Reads from that segment from here on. */
        void of(Segment other) {
            segment = other;
        }

        /**
         * Keeps what belongs to the segment there until {@link #leave()}, which must come before anything that may take
         * long.
         *
         * @throws ClosedChannelException after close
         */
        Segment enter() throws ClosedChannelException {
            if (openCount.get() > MAX_OPEN) {
                closeEldest();
            }
            Segment entered = Objects.requireNonNull(segment);
            reading = entered;
            if (closed) { // looked at after saying so: close either waits, or is seen here
                reading = null;
                throw new ClosedChannelException();
            }
            return entered;
        }

        void leave() {
            reading = null;
        }

        @Override
        public int read(ByteBuffer bytes, long offset) throws IOException {
            Segment entered = enter();
            try {
                return entered.bytes(LogReaders.this).read(bytes, offset);
            } finally {
                leave();
            }
        }

        /** The segment's published end. */
        @Override
        public long size() {
            return Objects.requireNonNull(segment).end();
        }

        /** Waits until it is left. Idempotent; by any thread but one that is in. */
        @Override
        public void close() {
            closed = true;
            while (reading != null) {
                LockSupport.parkNanos(LogReaders.this, NAP_NANOS);
            }
            slots.remove(this);
        }
    }

    /** How many there are, inside or not. */
    int count() {
        return slots.size();
    }

    Slot open() {
        Slot slot = new Slot();
        slots.add(slot);
        return slot;
    }

    /** A segment's memory was opened. */
    void opened(Segment segment) {
        open.add(segment);
        openCount.incrementAndGet();
    }

    private void closeEldest() {
        Segment eldest = open.poll();
        if (eldest != null) {
            openCount.decrementAndGet();
            eldest.letGo(this);
        }
    }

    /** Returns when nobody is in that segment who could have found what was taken away from it before. */
    void awaitOut(Segment segment) {
        VarHandle.fullFence();
        for (Slot slot : slots) {
            while (slot.reading == segment) {
                LockSupport.parkNanos(this, NAP_NANOS);
            }
        }
    }
}
