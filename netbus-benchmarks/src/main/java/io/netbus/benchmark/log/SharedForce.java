package io.netbus.benchmark.log;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Lets all threads that wait meanwhile share the next force. */
final class SharedForce {

    /** Forces all there is; returns up to where that is. */
    @FunctionalInterface
    interface Force {
        long run() throws IOException;
    }

    private final Force force;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicReference<@Nullable Waiter> waiting = new AtomicReference<>();
    private volatile long forced; // written by who is busy

    /** A stack of them. */
    private record Waiter(Thread thread, @Nullable Waiter next) {}

    SharedForce(Force force) {
        this.force = force;
    }

    /** Returns when everything below that place is forced. */
    void await(long end) throws IOException {
        while (forced < end) {
            if (busy.compareAndSet(false, true)) {
                try {
                    forced = force.run();
                } finally {
                    busy.set(false);
                    wakeAll();
                }
            } else {
                waiting.getAndUpdate(others -> new Waiter(Thread.currentThread(), others));
                if (busy.get()) { // whoever is looks for waiting threads after that
                    LockSupport.park(this);
                }
            }
        }
    }

    /** Once each: a thread that does not get what it waits for is back at once. */
    private void wakeAll() {
        for (Waiter waiter = waiting.getAndSet(null); waiter != null; waiter = waiter.next()) {
            LockSupport.unpark(waiter.thread());
        }
    }
}
