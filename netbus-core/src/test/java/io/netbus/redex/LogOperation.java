package io.netbus.redex;

import java.util.concurrent.CompletableFuture;

/** What a workload is made of. To add one, name it here and say what it does to the log and tells the model. */
@SuppressWarnings("ImmutableEnumChecker") // the bodies keep nothing
enum LogOperation {
    APPEND_SMALL(run -> run.append(20)),
    APPEND_EMPTY(run -> run.append(0)),
    /** Three large records, of which two fit into a segment. */
    APPEND_ROLLING(run -> {
        run.append(30_000);
        run.append(30_000);
        run.append(30_000);
    }),
    BATCH(run -> run.appendBatch(100, 0, 700)),
    /** Larger than a segment. */
    BATCH_HUGE(run -> run.appendBatch(20_000, 10, 50_000)),
    BATCH_EMPTY(LogRun::appendBatch),
    APPEND_FORCED(run -> {
        run.append(700);
        run.force();
    }),
    /** Waits for the force of whatever is there. */
    FORCE(LogRun::force),
    /** Appends while the force thread works. */
    ASK_FORCE(run -> {
        run.append(20);
        CompletableFuture<?> unused = run.askForce();
        run.append(20);
    }),
    /** Records that no reader sees, taken back: all in one segment, or in several. */
    TAKE_BACK(run -> run.appendAndTakeBack(20, 700)),
    TAKE_BACK_ROLLING(run -> run.appendAndTakeBack(30_000, 40_000, 100)),
    REOPEN(LogRun::reopen),
    REOPEN_AND_APPEND(run -> {
        run.reopen();
        run.append(20);
    }),
    /** The process is killed and started again; the kernel lives on. */
    KILL(LogRun::killAndReopen);

    /** Does it. */
    @FunctionalInterface
    private interface Body {
        void run(LogRun run);
    }

    private final Body body;

    LogOperation(Body body) {
        this.body = body;
    }

    void run(LogRun run) {
        body.run(run);
    }
}
