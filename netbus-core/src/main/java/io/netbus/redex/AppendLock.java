package io.netbus.redex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets one thread at a time append to a log, which sees all that the one before wrote ({@code AppendLockStress}). Not
 * reentrant, not fair; an interrupt of who waits is kept.
 */
final class AppendLock {

    /*
     * An append holds it for some dozen nanoseconds, of which taking and leaving a ReentrantLock would be a third. Here
     * it is one compare-and-set and one ordered store. Who finds it taken looks again a few times, then naps, since
     * a holder that makes room may be waiting for the disk.
     */
    private static final int SPINS = 128;
    private static final long SHORTEST_NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(10);
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final VarHandle HELD;

    static {
        try {
            HELD = MethodHandles.lookup().findVarHandle(AppendLock.class, "held", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // read and written through HELD
    private boolean held;

    void lock() {
        if (!HELD.compareAndSet(this, false, true)) {
            await();
        }
    }

    void unlock() {
        HELD.setRelease(this, false);
    }

    private void await() {
        boolean interrupted = false;
        long nap = SHORTEST_NAP_NANOS;
        for (int turn = 0; ; turn++) {
            if (!(boolean) HELD.getOpaque(this) && HELD.compareAndSet(this, false, true)) {
                break;
            }
            if (turn < SPINS) {
                Thread.onSpinWait();
            } else {
                interrupted |= Thread.interrupted(); // it would end each nap at once
                LockSupport.parkNanos(this, nap);
                nap = Math.min(2 * nap, LONGEST_NAP_NANOS);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
