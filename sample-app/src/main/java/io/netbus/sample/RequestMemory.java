package io.netbus.sample;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/**
 * Bounds what all requests together keep in memory. A request that is about to take much says before how much it may be,
 * and waits until there is room; one that waits too long is answered 503 instead of taking memory others need to go on.
 * <p>
 * What comes in and what goes out have a quarter of the heap each, so that clients who read slowly hold up no webhook.
 */
@Component
final class RequestMemory {

    private static final int UNIT_BYTES = 64 * 1024;

    private final Room incoming;
    private final Room outgoing;

    RequestMemory() {
        this(Runtime.getRuntime().maxMemory() / 4);
    }

    private RequestMemory(long bytesEach) {
        incoming = new Room(bytesEach);
        outgoing = new Room(bytesEach);
    }

    /** For events on their way in. */
    Room incoming() {
        return incoming;
    }

    /** For pages on their way out. */
    Room outgoing() {
        return outgoing;
    }

    /** Memory that is shared, first come, first served. <b>Threads:</b> any. */
    static final class Room {

        private final int units;
        private final Semaphore free;

        Room(long bytes) {
            units = units(bytes);
            free = new Semaphore(units, true);
        }

        /**
         * Waits for that much; who needs more than there is waits for all of it.
         *
         * @return to be closed once
         * @throws DeskProblem if there is no room in time
         */
        Lease take(long bytes, Duration wait) {
            int taken = Math.min(units, units(bytes));
            boolean fits;
            try {
                fits = free.tryAcquire(taken, wait.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                fits = false;
            }
            if (!fits) {
                throw DeskProblem.unavailable("Too many large requests at once; send this one again later.");
            }
            return () -> free.release(taken);
        }

        private static int units(long bytes) {
            return (int) Math.min(Integer.MAX_VALUE, 1 + bytes / UNIT_BYTES);
        }
    }

    /** Memory that was taken. */
    interface Lease {

        /** What was never taken. */
        Lease NONE = () -> {};

        /** Gives it back; once. */
        void close();
    }
}
