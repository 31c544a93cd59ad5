package io.netbus.redex;

import io.netbus.worker.Worker;
import io.netbus.worker.WorkerRunner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Forces the logs of one {@link DiskRedex}, each at most once a turn, so that none waits for another's second force. */
final class ForceWorker implements Worker {

    private final CopyOnWriteArrayList<DiskLog> logs = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Finish> finishing = new CopyOnWriteArrayList<>();
    private final WorkerRunner runner;

    private volatile boolean stopped;

    /** A log that closes, and whoever closes it. */
    private record Finish(DiskLog log, CompletableFuture<Void> done) {}

    @SuppressWarnings("this-escape") // the runner's thread sees this object complete: its start comes last
    ForceWorker() {
        runner = WorkerRunner.start(this);
    }

    void add(DiskLog log) {
        logs.add(log);
    }

    /** Forces a log a last time, waits for that, and lets go of it. The caller's interrupt status is kept. */
    void finish(DiskLog log) {
        if (isCurrentThread()) {
            log.forcer().finish();
        } else {
            Finish finish = new Finish(log, new CompletableFuture<>());
            finishing.add(finish);
            wake();
            if (stopped && finishing.remove(finish)) {
                log.forcer().finish(); // the thread is gone, so this one is alone
            } else {
                finish.done().join();
            }
        }
        logs.remove(log);
    }

    void wake() {
        runner.wake();
    }

    boolean isCurrentThread() {
        return runner.isCurrentThread();
    }

    void stop() {
        runner.close();
    }

    @Override
    public String name() {
        return "force";
    }

    @Override
    public int doWork() {
        int done = 0;
        long now = System.nanoTime();
        for (DiskLog log : logs) {
            if (log.forcer().isForceDue(now)) {
                log.forcer().force();
                done++;
            }
        }
        return done + finishAsked();
    }

    @Override
    public void onStop() {
        stopped = true;
        finishAsked();
    }

    private int finishAsked() {
        int done = 0;
        for (Finish finish : finishing) {
            if (finishing.remove(finish)) {
                try {
                    finish.log().forcer().finish();
                } finally {
                    finish.done().complete(null);
                }
                done++;
            }
        }
        return done;
    }

    @Override
    public boolean hasWork() {
        if (!finishing.isEmpty()) {
            return true;
        }
        long now = System.nanoTime();
        for (DiskLog log : logs) {
            if (log.forcer().isForceDue(now)) {
                return true;
            }
        }
        return false;
    }
}
