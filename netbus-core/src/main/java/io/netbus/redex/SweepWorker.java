package io.netbus.redex;

import io.netbus.worker.Worker;
import io.netbus.worker.WorkerRunner;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Lets go of what the logs of one {@link Redex} need not keep, now and then. */
final class SweepWorker implements Worker {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Who opened a log has that long to take a hold. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What a log lets go. */
    interface Swept {

        /** Lets go of what need not be kept, never throws, and returns how much went. */
        int sweepQuietly();
    }

    private record Opened(Swept log, long nanos) {}

    private final CopyOnWriteArrayList<Opened> logs = new CopyOnWriteArrayList<>();
    private final WorkerRunner runner;
    private volatile long nextNanos = System.nanoTime() + INTERVAL_NANOS;

    @SuppressWarnings("this-escape") // the runner's thread sees this object complete: its start comes last
    SweepWorker() {
        runner = WorkerRunner.start(this);
    }

    void add(Swept log) {
        logs.add(new Opened(log, System.nanoTime()));
    }

    void remove(Swept log) {
        logs.removeIf(opened -> opened.log() == log);
    }

    /** Asks for a sweep now. */
    void request() {
        nextNanos = System.nanoTime();
        runner.wake();
    }

    void stop() {
        runner.close();
    }

    @Override
    public String name() {
        return "sweep";
    }

    @Override
    public int doWork() {
        if (!hasWork()) {
            return 0;
        }
        int done = 0;
        long now = System.nanoTime();
        nextNanos = now + INTERVAL_NANOS; // before: a request while it sweeps asks for another
        for (Opened opened : logs) {
            if (now - opened.nanos() >= GRACE_NANOS) {
                done += opened.log().sweepQuietly();
            }
        }
        return done;
    }

    @Override
    public boolean hasWork() {
        return System.nanoTime() - nextNanos >= 0;
    }
}
