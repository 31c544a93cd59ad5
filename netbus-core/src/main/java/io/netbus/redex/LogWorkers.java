package io.netbus.redex;

/** The threads that serve all logs of one {@link DiskRedex}. */
record LogWorkers(ForceWorker forcer, PrepareWorker preparer, SweepWorker sweeper, TailWorker tails) {

    static LogWorkers start() {
        return new LogWorkers(new ForceWorker(), new PrepareWorker(), new SweepWorker(), new TailWorker());
    }

    void add(DiskLog log) {
        forcer.add(log);
        preparer.add(log);
        sweeper.add(log.retention());
    }

    /** Takes a log from all but the force thread, which finishes it. */
    void remove(DiskLog log) {
        preparer.remove(log);
        sweeper.remove(log.retention());
    }

    void stop() {
        sweeper.stop();
        preparer.stop();
        forcer.stop();
    }
}
