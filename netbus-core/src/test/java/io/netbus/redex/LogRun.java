package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One log on a simulated disk, beside its model: does something to both until the process dies. <b>Threads:</b> one.
 */
final class LogRun {

    /** The process died, or the disk failed: expected, and the end of the run. */
    static final class EndedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private EndedException(@Nullable Throwable cause) {
            super("the process died or its disk failed", cause);
        }
    }

    /** Where a run ends. */
    record CrashPoint(long changingCalls, boolean inside) {

        static final CrashPoint NEVER = new CrashPoint(Long.MAX_VALUE / 2, false);

        private void arm(SimulatedStore store, long callsBefore) {
            long left = Math.max(0, changingCalls - callsBefore);
            if (inside && left > 0) {
                store.crashInside(left);
            } else {
                store.crashAfter(left);
            }
        }

        @Override
        public String toString() {
            return equals(NEVER) ? "never" : (inside ? "inside call " : "after call ") + changingCalls;
        }
    }

    /** A force that was asked for. */
    private record Asked(long nextSequence, CompletableFuture<Void> done) {}

    static final String NAME = "orders";
    static final RedexConfig CONFIG = RedexConfig.defaults()
            .withSegmentBytes(64 * 1024)
            .withForceInterval(Duration.ofHours(1)); // forces come when asked for

    private static final long TIMEOUT_SECONDS = 60;
    private static final int LARGE_BYTES = 10_000;
    private static final int REPEATED_BYTES = 50; // of a payload that becomes shorter when it is compressed

    final LogModel model;
    private final Path base;
    private final RedexConfig config; // either write mode; the files are the same
    private final Random payloads;

    private SimulatedStore store;
    private CrashPoint crash = CrashPoint.NEVER;
    private int tornAppend = -1; // which append to tear, by number
    private final List<String> calls = new ArrayList<>(); // of the stores before
    private final List<Asked> asked = new ArrayList<>(); // of this process
    private long callsBefore;
    private long clock;
    private int appends;
    private boolean compared; // the open log with the model
    private @Nullable Redex redex;
    private @Nullable RedexLog log;

    /**
     * Nothing is opened yet.
     *
     * @param base an existing real directory, for the lock; content is on the store
     */
    LogRun(Path base, SimulatedStore store, LogModel model, long seed) {
        this.base = base;
        this.store = store;
        this.model = model;
        this.payloads = new Random(seed);
        LogConfig defaults = CONFIG.logDefaults()
                .withWriteMode(payloads.nextBoolean() ? WriteMode.MAPPED : WriteMode.CHANNEL)
                .withCompression(payloads.nextBoolean() ? Compression.LZ4 : Compression.NONE);
        this.config = CONFIG.withLogDefaults(defaults);
        this.callsBefore = -store.changes();
    }

    /** Lets the process die there, counted from now. */
    void crashAt(CrashPoint point) {
        crash = point;
        callsBefore = -store.changes();
        crash.arm(store, 0);
    }

    /** Lets the process die in the nth append from now, counted from 0: see {@link SimulatedStore#torn}. */
    void tearAppend(int nth) {
        tornAppend = appends + nth;
    }

    SimulatedStore store() {
        return store;
    }

    /** How many changing calls were made since the crash point was set, or the run was started. */
    long changes() {
        return callsBefore + store.changes();
    }

    /** All calls of this run in order. */
    List<String> calls() {
        List<String> all = new ArrayList<>(calls);
        all.addAll(store.calls());
        return all;
    }

    // --- opening and closing

    /** Opens after a crash. */
    void open(long atLeast) {
        RedexLog opened = open();
        compare(() -> model.opened(opened, atLeast));
    }

    void close() {
        CompletableFuture<?> unused = askForce(); // settled below
        ask(() -> {
            redex().close();
            return null;
        });
        redex = null;
        settle();
        if (isTroubled()) {
            throw new EndedException(null);
        }
        assertThat(model.forced()).as("forced by a clean close").isEqualTo(model.visible());
    }

    void reopen() {
        close();
        RedexLog opened = open();
        compare(() -> model.unchanged(opened));
    }

    void killAndReopen() {
        store.die();
        end();
        long atLeast = store.failures() > 0 ? model.forced() : model.visible();
        goOnWith(store.kill(), "-- killed");
        open(atLeast);
    }

    /** Cuts the power, keeps nothing but what was forced, and opens again. */
    void unplugAndReopen() {
        store.die();
        end();
        goOnWith(store.unplugged(), "-- unplugged");
        open(model.forced());
    }

    private void goOnWith(SimulatedStore image, String how) {
        assertThat(store.violations()).isEmpty();
        calls.addAll(store.calls());
        calls.add(how);
        callsBefore += store.changes();
        store = image;
        crash.arm(store, callsBefore);
    }

    /** A log whose disk failed still reads what was visible. */
    void readOn() {
        RedexLog open = log;
        boolean reverted =
                store.failedForces() > 0 && store.afterFailedForce() == SimulatedStore.AfterFailedForce.REVERTS;
        if (open != null && compared && !store.isDead() && !reverted && !model.isTakingBack()) {
            store.heal();
            assertThat(open.nextSequence()).isEqualTo(model.visible());
            model.assertContent(open);
        }
    }

    /** Stops the threads of a process that died, or closes the log as far as a failed disk lets it. Idempotent. */
    void end() {
        Redex open = redex;
        if (open != null) {
            redex = null;
            try {
                open.close();
            } catch (RuntimeException e) {
                if (!isTroubled()) {
                    throw e;
                }
            }
            settle();
        }
    }

    private void compare(Runnable comparison) {
        try {
            comparison.run();
            compared = true;
        } catch (UncheckedIOException e) {
            throw ended(e);
        }
    }

    private RedexLog open() {
        return ask(() -> {
            Redex opened = DiskRedex.open(base, config, store);
            redex = opened;
            RedexLog found = opened.log(NAME);
            log = found;
            compared = false;
            return found;
        });
    }

    // --- appending and forcing

    /** How many forces of files this process asked for. */
    int forces() {
        return (int) store.count(SimulatedStore.Call.FORCE);
    }

    int appends() {
        return appends;
    }

    void append(int payloadBytes) {
        byte[] payload = payload(payloadBytes);
        append(List.of(payload), () -> log().append(ByteBuffer.wrap(payload), clock));
    }

    void appendBatch(int... payloadBytes) {
        RecordBatch batch = new RecordBatch(0);
        List<byte[]> all = new ArrayList<>();
        for (int bytes : payloadBytes) {
            byte[] payload = payload(bytes);
            all.add(payload);
            batch.add(payload);
        }
        append(all, () -> log().append(batch, clock));
    }

    /** Appends what no reader sees, forces some of it, and takes it back. */
    void appendAndTakeBack(int... payloadBytes) {
        DiskLog open = (DiskLog) log();
        long from = model.visible();
        open.showBelow(from);
        model.takingBack(from);
        for (int bytes : payloadBytes) {
            clock++;
            byte[] payload = payload(bytes);
            model.appending(List.of(payload), clock);
            model.appended(ask(() -> open.append(ByteBuffer.wrap(payload), clock)));
            assertThat(open.nextSequence()).isEqualTo(from);
        }
        ask(() -> {
            open.truncateFrom(from);
            return null;
        });
        model.tookBack(open);
        open.showBelow(Long.MAX_VALUE);
        assertThat(open.nextSequence()).isEqualTo(from);
    }

    void force() {
        long next = model.visible();
        CompletableFuture<Void> done = askForce();
        try {
            done.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw ended(e);
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("a force was not answered", e);
        }
        model.forced(next);
        assertThat(log().forcedSequence()).isGreaterThanOrEqualTo(next);
    }

    CompletableFuture<Void> askForce() {
        long next = model.visible();
        CompletableFuture<Void> done = ask(() -> log().whenForced(next).toCompletableFuture());
        asked.add(new Asked(next, done));
        return done;
    }

    private void append(List<byte[]> all, Supplier<Long> append) {
        clock++;
        boolean tear = appends == tornAppend;
        appends++;
        if (tear) {
            store.mark();
        }
        model.appending(all, clock);
        long sequence = ask(append);
        if (tear) {
            store.die();
            throw new EndedException(null);
        }
        model.appended(sequence);
        assertThat(log().nextSequence()).isEqualTo(model.visible());
    }

    private byte[] payload(int bytes) {
        byte[] payload = new byte[bytes];
        payloads.nextBytes(payload);
        if (bytes < LARGE_BYTES) { // a large one is to fill a segment
            for (int i = REPEATED_BYTES; i < bytes; i++) {
                payload[i] = payload[i - REPEATED_BYTES];
            }
        }
        return payload;
    }

    // --- how it ends

    /** What the process does while it lives. If it is dead afterwards, nobody can tell whether it lived until then. */
    private <T extends @Nullable Object> T ask(Supplier<T> call) {
        T answer;
        try {
            answer = call.get();
        } catch (RuntimeException e) {
            throw ended(e);
        }
        if (store.isDead()) {
            throw new EndedException(null);
        }
        return answer;
    }

    private EndedException ended(Exception e) {
        if (isTroubled()) {
            return new EndedException(e);
        }
        throw new AssertionError("the log failed though its disk did not", e);
    }

    private boolean isTroubled() {
        return store.isDead() || store.failures() > 0;
    }

    /** Takes in what the log had promised; all who asked have their answer once it is closed. */
    private void settle() {
        for (Asked one : asked) {
            assertThat(one.done()).as("an answer after close").isDone();
            if (!one.done().isCompletedExceptionally()) {
                model.forced(one.nextSequence());
            } else if (!isTroubled()) {
                throw new AssertionError("a force failed though the disk did not: " + one.done());
            }
        }
        asked.clear();
        RedexLog open = log;
        log = null;
        if (open != null) {
            model.forced(open.forcedSequence());
        }
    }

    private Redex redex() {
        Redex open = redex;
        if (open == null) {
            throw new IllegalStateException("the run has ended");
        }
        return open;
    }

    private RedexLog log() {
        RedexLog open = log;
        if (open == null) {
            throw new IllegalStateException("the run has ended");
        }
        return open;
    }
}
