package io.netbus.worker;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs a {@link Worker} on a daemon thread of its own until closed.
 * <p>
 * <b>Threads:</b> {@link #wake()} may be called from any thread, also from the worker's.
 */
public final class WorkerRunner implements AutoCloseable {

    /*
     * An idle worker spins shortly, announces that it will park, looks once more, and parks. A producer publishes its
     * work with an ordered store and then reads the announcement without a fence: its store may still sit in the
     * store buffer while the worker looks for the last time. That window is nanoseconds wide, so the worker pauses
     * before its last look; and what a fenceless protocol cannot exclude is bounded by the longest nap, which ends
     * by itself. A fence per ingest would cost more than the rest of an ingest.
     */
    private static final int SPINS = 64;
    private static final int PAUSES_BEFORE_LAST_LOOK = 128;
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FAILURE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Logger LOG = System.getLogger(WorkerRunner.class.getName());
    private static final VarHandle PARKED;

    static {
        try {
            PARKED = MethodHandles.lookup().findVarHandle(WorkerRunner.class, "parked", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Worker worker;
    private final Thread thread;
    private final AtomicLong failures = new AtomicLong(); // written by the worker's thread

    private volatile boolean stopping; // written by close

    @SuppressWarnings("UnusedVariable") // read and written through PARKED
    private boolean parked; // written by the worker's thread, cleared by who wakes it

    private WorkerRunner(Worker worker) {
        this.worker = worker;
        this.thread = new Thread(this::run, "netbus-" + worker.name());
        this.thread.setDaemon(true);
    }

    /** Starts a thread that runs the worker. */
    public static WorkerRunner start(Worker worker) {
        WorkerRunner runner = new WorkerRunner(worker);
        runner.thread.start();
        return runner;
    }

    /** Tells the worker that there may be something to do. Costs one read while it is awake. */
    public void wake() {
        if ((boolean) PARKED.getOpaque(this) && PARKED.compareAndSet(this, true, false)) {
            LockSupport.unpark(thread);
        }
    }

    /** How often {@link Worker#doWork()} or {@link Worker#hasWork()} threw. */
    public long failures() {
        return failures.get();
    }

    /** Whether the calling thread is the worker's. */
    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Stops after the call of {@link Worker#doWork()} in hand and waits for that. Idempotent. */
    @Override
    public void close() {
        close(Duration.ofDays(1));
    }

    /**
     * Stops after the call of {@link Worker#doWork()} in hand.
     *
     * @param timeout how long to wait for that
     * @return whether the thread has ended; an interrupt ends the wait early and is kept
     */
    public boolean close(Duration timeout) {
        stopping = true;
        PARKED.setVolatile(this, false);
        LockSupport.unpark(thread);
        if (isCurrentThread()) {
            return false;
        }
        try {
            thread.join(Math.max(1, TimeUnit.MILLISECONDS.convert(timeout)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private void run() {
        int idle = 0;
        while (!stopping) {
            if (work() > 0) {
                idle = 0;
            } else if (idle < SPINS) {
                idle++;
                Thread.onSpinWait();
            } else {
                park();
            }
        }
        try {
            worker.onStop();
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "worker failed while stopping: worker=" + worker.name(), e);
        }
    }

    /** A worker that throws is reported and goes on after a pause: one bad turn must not end a loop for good. */
    private int work() {
        try {
            return worker.doWork();
        } catch (Throwable e) {
            report(e);
            LockSupport.parkNanos(this, FAILURE_PAUSE_NANOS);
            return 0;
        }
    }

    private boolean hasWork() {
        try {
            return worker.hasWork();
        } catch (Throwable e) {
            report(e);
            return false;
        }
    }

    private void report(Throwable e) {
        if (failures.getAndIncrement() == 0) {
            LOG.log(Level.ERROR, "worker failed, goes on: worker=" + worker.name(), e);
        }
    }

    private void park() {
        PARKED.setVolatile(this, true);
        for (int i = 0; i < PAUSES_BEFORE_LAST_LOOK; i++) {
            Thread.onSpinWait();
        }
        if (!stopping && !hasWork() && (boolean) PARKED.getVolatile(this)) {
            LockSupport.parkNanos(this, LONGEST_NAP_NANOS);
        }
        PARKED.setVolatile(this, false);
        Thread.interrupted(); // nobody interrupts these threads on purpose; a stray one must not make parking spin
    }
}
