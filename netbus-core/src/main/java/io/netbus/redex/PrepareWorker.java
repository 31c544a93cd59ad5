package io.netbus.redex;

import io.netbus.worker.Worker;
import io.netbus.worker.WorkerRunner;
import java.io.IOException;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes room ahead of the appenders of one {@link DiskRedex}. */
final class PrepareWorker implements Worker {

    private final CopyOnWriteArrayList<DiskLog> logs = new CopyOnWriteArrayList<>();
    private final WorkerRunner runner;

    @SuppressWarnings("this-escape") // the runner's thread sees this object complete: its start comes last
    PrepareWorker() {
        runner = WorkerRunner.start(this);
    }

    void add(DiskLog log) {
        logs.add(log);
    }

    void remove(DiskLog log) {
        logs.remove(log);
    }

    void wake() {
        runner.wake();
    }

    void stop() {
        runner.close();
    }

    @Override
    public String name() {
        return "prepare";
    }

    @Override
    public int doWork() {
        int done = 0;
        for (DiskLog log : logs) {
            SegmentWriter writer = log.openWriter();
            if (writer != null && writer.isPreparationDue()) {
                try {
                    writer.prepare();
                } catch (IOException e) {
                    log.preparationFailed(e);
                }
                done++;
            }
        }
        return done;
    }

    @Override
    public boolean hasWork() {
        for (DiskLog log : logs) {
            SegmentWriter writer = log.openWriter();
            if (writer != null && writer.isPreparationDue()) {
                return true;
            }
        }
        return false;
    }
}
