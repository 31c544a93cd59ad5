package io.netbus.redex;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where the thread that uses a cursor waits for the next record. <b>Threads:</b> one waits at a time, any wakes it. */
final class RecordWait {

    /*
     * As WorkerRunner parks: announce, pause, look once more, park. An appender publishes its record by an ordered store
     * and then looks for the announcement, without a fence between, so it may look before its store can be seen; the
     * pause outlasts that, and what it might not outlast ends with the nap. Only who parks is among the log's hints: an
     * append costs one read while nobody does, and one more for each who does and has been woken already.
     */
    private static final int SPINS = 64;
    private static final int PAUSES_BEFORE_LAST_LOOK = 128;
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Duration LONGEST_WAIT = Duration.ofNanos(Long.MAX_VALUE);

    private final AppendHints hints;
    private final Runnable wake = this::wake;
    private final AtomicReference<@Nullable Thread> waiting = new AtomicReference<>(); // cleared by who wakes it

    RecordWait(AppendHints hints) {
        this.hints = hints;
    }

    /**
     * Waits until there is something.
     *
     * @param isThere asked on this thread; what it throws is passed on
     * @return whether there was, before the time was up
     */
    boolean await(BooleanSupplier isThere, Duration timeout) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (isThere.getAsBoolean()) {
            return true;
        }
        if (timeout.isZero() || timeout.isNegative()) {
            return false;
        }
        for (int i = 0; i < SPINS; i++) {
            Thread.onSpinWait();
            if (isThere.getAsBoolean()) {
                return true;
            }
        }
        return park(isThere, timeout.compareTo(LONGEST_WAIT) > 0 ? Long.MAX_VALUE : timeout.toNanos());
    }

    /** Makes who waits look again. Costs a read while nobody does. */
    void wake() {
        Thread thread = waiting.get();
        if (thread != null && waiting.compareAndSet(thread, null)) {
            LockSupport.unpark(thread);
        }
    }

    private boolean park(BooleanSupplier isThere, long nanos) throws InterruptedException {
        long start = System.nanoTime();
        RedexLog.Registration registration = hints.add(wake, wake);
        try {
            while (true) {
                waiting.set(Thread.currentThread());
                for (int i = 0; i < PAUSES_BEFORE_LAST_LOOK; i++) {
                    Thread.onSpinWait();
                }
                if (isThere.getAsBoolean()) {
                    return true;
                }
                long left = nanos - (System.nanoTime() - start);
                if (left <= 0) {
                    return false;
                }
                if (waiting.get() != null) {
                    LockSupport.parkNanos(this, Math.min(left, LONGEST_NAP_NANOS));
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        } finally {
            registration.close();
            waiting.set(null);
        }
    }
}
