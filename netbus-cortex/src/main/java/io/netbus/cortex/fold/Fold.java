package io.netbus.cortex.fold;

import io.netbus.cortex.envelope.Envelope;
import io.netbus.cortex.envelope.ModelEvent;
import io.netbus.cortex.envelope.SourcePosition;
import io.netbus.cortex.envelope.UnknownFormatException;
import io.netbus.redex.Acknowledgement;
import io.netbus.redex.LogCursor;
import io.netbus.redex.PayloadTooLargeException;
import io.netbus.redex.RecordBatch;
import io.netbus.redex.RedexLog;
import io.netbus.worker.WorkerRunner;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A model's state, folded from its log, and the one way to write to it.
 * <p>
 * <b>Threads:</b> all methods may be called from any thread. Readers take no lock, never wait for a disk, and see whole
 * writes. Writers take turns; a write is visible when it returns, and those that wait for the disk wait outside the
 * turn, so that they share a force. <b>Errors:</b> an event that cannot be folded is quarantined and the fold goes on.
 * A log that cannot be read or written halts it: reads and writes then throw {@link FoldHaltedException}, and nothing
 * is ever answered from half a history. The log stays its owner's to close, after the fold.
 *
 * @param <S> the model's state, immutable
 */
public final class Fold<S> implements AutoCloseable {

    /*
     * There is one way into the state: read the log by a cursor, with the turn held. A writer appends and then reads
     * what it wrote, so what is seen now is what a replay will see. Records that somebody else appended come first; a
     * writer folds up to 256 of them itself and leaves more to the worker.
     *
     * What was read is published when the end that was seen before reading is reached, which is never amid a batch.
     */
    private static final int MOST_OTHERS = 256;
    private static final int REPLAY_CHUNK = 4096;
    private static final int BATCH_BYTES = 1024;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final Logger LOG = System.getLogger(Fold.class.getName());

    /** What readers see: the state after all records below {@code next}. */
    private record Version<S>(View<S> view, long next) {}

    private final RedexLog log;
    private final Model<S> model;
    private final Clock clock;
    private final Quarantine quarantine;
    private final List<Runnable> changeHints = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Throwable> halted = new AtomicReference<>();
    private final LongAdder ignored = new LongAdder();

    private final ReentrantLock turn = new ReentrantLock();
    private final Condition published = turn.newCondition();
    private final RecordBatch batch = new RecordBatch(BATCH_BYTES); // under turn, as all down to lastTimestampNanos
    private final Map<String, String> positions = new HashMap<>();
    private final @Nullable LogCursor cursor;
    private S state;
    private long next;
    private long boundary;
    private long lastTimestampNanos;

    private volatile Version<S> version; // written under turn
    private volatile boolean ready; // written by open
    private volatile boolean closed; // written under turn

    private final RedexLog.Registration appendHint;
    private final WorkerRunner worker;

    private Fold(RedexLog log, Model<S> model, Clock clock) {
        this.log = log;
        this.model = model;
        this.clock = clock;
        quarantine = new Quarantine(model.name());
        state = model.initial();
        version = new Version<>(new View<>(state, 0), 0);
        cursor = openCursor();
        replay();
        worker = WorkerRunner.start(new FoldWorker(this));
        appendHint = registerHint();
        worker.wake();
    }

    /**
     * Folds the log from its start and returns when all that was in it is in the state. If the log cannot be read, the
     * fold comes back halted, so that the application can say so.
     *
     * @param clock stamps what is written; read only when something is appended
     */
    public static <S> Fold<S> open(RedexLog log, Model<S> model, Clock clock) {
        return new Fold<>(log, model, clock);
    }

    /** The model's name. */
    public String name() {
        return model.name();
    }

    /**
     * The newest state, every finished write in it. A write that was not forced yet may still be lost in a power cut.
     * After close, the last state.
     *
     * @throws FoldHaltedException if the fold is halted
     */
    public S read() {
        return view().state();
    }

    /** As {@link #read()}, with the number of the state. */
    public View<S> view() {
        throwIfHalted();
        return version.view();
    }

    /**
     * Decides on the newest state, appends, folds what was appended and returns; see {@link Outcome} for what may come
     * of it.
     *
     * @param forced whether to wait until the answer survives a power cut: what was appended, or, if nothing was, what
     *     the decision was based on. An interrupt ends that wait and nothing else
     * @throws DurabilityUnknownException if that wait was interrupted or the force failed; the write is visible
     * @throws EventQuarantinedException if it was appended but could not be folded
     * @throws PayloadTooLargeException if a record is too large for the log; nothing was appended
     * @throws WriteInsideFoldException if called by a fold or a command of this model; nothing was appended
     * @throws FoldClosedException after close; nothing was appended
     * @throws FoldHaltedException if the fold is halted, or this write halts it: its survival is then unknown
     */
    public WriteResult write(Command<S> command, boolean forced) {
        if (turn.isHeldByCurrentThread()) {
            throw new WriteInsideFoldException(
                    "write from inside the model's own fold, command or mapping: model=" + name(), null);
        }
        Version<S> before;
        WriteResult result;
        turn.lock();
        try {
            catchUp();
            before = version;
            result = decideAndAppend(command);
        } finally {
            turn.unlock();
        }
        if (version.view().revision() > before.view().revision()) {
            hintChange();
        }
        throwIfQuarantined(result);
        if (forced) {
            awaitForced(result);
        }
        return result;
    }

    /** How far that bridge has come, as the log says; null if it never came anywhere. */
    public @Nullable String sourcePosition(String bridge) {
        throwIfHalted();
        turn.lock();
        try {
            return positions.get(bridge);
        } finally {
            turn.unlock();
        }
    }

    /** What was written below this sequence survives a power cut. */
    public long forcedSequence() {
        return log.forcedSequence();
    }

    /**
     * Asks for a force and completes when what was written up to that sequence survives a power cut; exceptionally if that
     * cannot be reached.
     *
     * @param sequence of a write's result
     */
    public CompletionStage<Void> whenForced(long sequence) {
        return log.whenForced(sequence + 1);
    }

    /**
     * Calls {@code hint} when the state has changed, the fold has halted or was closed, on a writer's thread and
     * outside its turn; it must return at once. Not once per change.
     *
     * @return ends the registration
     */
    public Runnable onChange(Runnable hint) {
        changeHints.add(hint);
        return () -> changeHints.remove(hint);
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        return closed;
    }

    /** The quarantined events, oldest first; only the newest 100 are kept. */
    public List<QuarantinedEvent> quarantined() {
        return quarantine.events();
    }

    /** Numbers of this moment. */
    public FoldStats stats() {
        Version<S> now = version;
        long lag = closed ? 0 : Math.max(0, log.nextSequence() - now.next());
        Throwable cause = halted.get();
        return new FoldStats(
                name(),
                state(lag),
                lag,
                model.rows(now.view().state()),
                now.next() - 1,
                quarantine.count(),
                ignored.sum(),
                cause != null ? cause.toString() : quarantine.lastReason());
    }

    /** Folds what is in the log, then takes no more writes. Idempotent. */
    @Override
    public void close() {
        if (turn.isHeldByCurrentThread()) {
            throw new WriteInsideFoldException("close from inside the model's own fold: model=" + name(), null);
        }
        turn.lock();
        try {
            if (closed) {
                return;
            }
            while (halted.get() == null && (next < boundary || next < log.nextSequence())) {
                pull(REPLAY_CHUNK);
            }
            closed = true;
            if (cursor != null) {
                cursor.close();
            }
            published.signalAll();
        } finally {
            turn.unlock();
        }
        appendHint.close();
        worker.close();
        hintChange();
    }

    /** Called by the worker: folds a chunk of what others appended. */
    int foldOthers() {
        if (!hasOthers()) {
            return 0;
        }
        int folded;
        Version<S> before;
        turn.lock();
        try {
            before = version;
            folded = closed || halted.get() != null ? 0 : pull(REPLAY_CHUNK);
        } finally {
            turn.unlock();
        }
        if (version.view().revision() > before.view().revision()) {
            hintChange();
        }
        return folded;
    }

    boolean hasOthers() {
        return !closed && halted.get() == null && version.next() < log.nextSequence();
    }

    private @Nullable LogCursor openCursor() {
        try {
            if (log.firstSequence() > 0) {
                throw new IllegalStateException("log does not reach back to the model's first event: log=" + log.name()
                        + ", firstSequence=" + log.firstSequence());
            }
            return log.cursor(0);
        } catch (RuntimeException e) {
            halt(e);
            return null;
        }
    }

    private RedexLog.Registration registerHint() {
        try {
            return log.onAppend(this::appended);
        } catch (RuntimeException e) {
            halt(e);
            return () -> {};
        }
    }

    private void replay() {
        turn.lock();
        try {
            while (halted.get() == null && next < log.nextSequence()) {
                pull(REPLAY_CHUNK);
            }
            ready = true;
        } finally {
            turn.unlock();
        }
    }

    /** Under turn. Returns with the state at the log's end, so that a command decides on nothing old. */
    private void catchUp() {
        throwIfNotWritable();
        for (int others = 0; next < log.nextSequence(); ) {
            if (others < MOST_OTHERS) {
                others += pull(MOST_OTHERS - others);
            } else {
                worker.wake();
                published.awaitUninterruptibly();
                others = 0;
            }
            throwIfNotWritable();
        }
    }

    private WriteResult decideAndAppend(Command<S> command) {
        PendingBatch pending = new PendingBatch(Math.max(lastTimestampNanos, nowNanos()));
        batch.clear();
        Decision decision = command.decide(state, pending);
        if (!decision.applies()) {
            return new WriteResult(next - 1, decision.outcome(), decision.reason());
        }
        if (batch.count() == 0) {
            throw new IllegalStateException("command applies but has nothing to append: model=" + name());
        }
        long end = append(pending.timestampNanos()) + batch.count();
        while (next < end) {
            pull(Integer.MAX_VALUE);
            throwIfHalted();
        }
        return new WriteResult(end - 1, Outcome.APPLIED, null);
    }

    private long append(long timestampNanos) {
        try {
            return log.append(
                    batch, timestampNanos, Acknowledgement.WRITTEN); // the disk is waited for outside the turn
        } catch (PayloadTooLargeException e) {
            throw e; // nothing was written, and the log goes on
        } catch (Throwable e) {
            throw haltedBy(halt(e));
        }
    }

    /** Under turn. Folds at most that many records; returns how many. */
    private int pull(int max) {
        if (next >= boundary) {
            boundary = log.nextSequence();
        }
        int wanted = (int) Math.min(max, boundary - next);
        int folded = 0;
        try {
            folded = cursor == null || wanted == 0 ? 0 : cursor.read(this::accept, wanted);
        } catch (Throwable e) {
            halt(e);
        }
        if (halted.get() == null && folded == 0 && wanted > 0) {
            halt(new IllegalStateException("log has no record where it should: log=" + log.name() + ", sequence=" + next
                    + ", nextSequence=" + boundary));
        }
        if (next >= boundary && next > version.next()) {
            View<S> view = version.view();
            version = new Version<>(view.state() == state ? view : new View<>(state, view.revision() + 1), next);
            published.signalAll();
        }
        return folded;
    }

    /** Under turn. */
    private boolean accept(long sequence, long timestampNanos, ByteBuffer payload) {
        if (sequence != next) {
            halt(new IllegalStateException(
                    "log skips records: log=" + log.name() + ", sequence=" + sequence + ", expected=" + next));
            return false;
        }
        try {
            Envelope envelope = Envelope.decode(payload);
            if (envelope instanceof ModelEvent event) {
                fold(new Recorded(sequence, timestampNanos, event));
            } else if (envelope instanceof SourcePosition position) {
                positions.put(position.bridge(), position.cursor());
            }
        } catch (UnknownFormatException | OutOfMemoryError e) {
            halt(e); // what comes after would be folded into a state that lacks what came before
            return false;
        } catch (Throwable e) {
            quarantine.add(sequence, e);
        }
        next = sequence + 1;
        lastTimestampNanos = timestampNanos;
        return true;
    }

    private void fold(Recorded recorded) {
        Model.Handler<S> handler = model.handlers().get(recorded.event().type());
        if (handler == null) {
            ignored.increment();
            return;
        }
        if (recorded.event().schemaVersion() > handler.newestSchema()) {
            throw new IllegalArgumentException("event is of a newer schema: type="
                    + recorded.event().type() + ", schemaVersion="
                    + recorded.event().schemaVersion() + ", newestKnown=" + handler.newestSchema());
        }
        state = handler.fold().fold(state, recorded);
    }

    private void awaitForced(WriteResult result) {
        long end = result.sequence() + 1;
        if (log.forcedSequence() >= end) {
            return;
        }
        CompletableFuture<Void> force = log.whenForced(end).toCompletableFuture();
        try {
            force.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DurabilityUnknownException(
                    "interrupted while waiting for the disk; the write is visible: model=" + name() + ", sequence="
                            + result.sequence(),
                    e,
                    result);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            halt(cause);
            throw new DurabilityUnknownException(
                    "the disk failed while the write was forced: model=" + name() + ", sequence=" + result.sequence(),
                    cause,
                    result);
        }
    }

    private void throwIfQuarantined(WriteResult result) {
        String reason = result.isApplied() ? quarantine.reason(result.sequence()) : null;
        if (reason != null) {
            throw new EventQuarantinedException(
                    "event was appended but could not be folded: model=" + name() + ", sequence=" + result.sequence()
                            + ", reason=" + reason,
                    null);
        }
    }

    private void throwIfNotWritable() {
        if (closed) {
            throw new FoldClosedException("model is closed: model=" + name(), null);
        }
        throwIfHalted();
    }

    private void throwIfHalted() {
        Throwable cause = halted.get();
        if (cause != null) {
            throw haltedBy(cause);
        }
    }

    private FoldHaltedException haltedBy(Throwable cause) {
        return new FoldHaltedException(
                "model is halted: model=" + name() + ", log=" + log.name() + ", appliedSequence=" + (version.next() - 1)
                        + ", cause=" + cause + "; open it again once that is mended",
                cause);
    }

    /** Returns the first cause. */
    private Throwable halt(Throwable cause) {
        if (!halted.compareAndSet(null, cause)) {
            Throwable first = halted.get();
            return first == null ? cause : first;
        }
        LOG.log(Level.ERROR, "model halts: model=" + name() + ", log=" + log.name(), cause);
        if (turn.isHeldByCurrentThread()) {
            published.signalAll();
        }
        hintChange();
        return cause;
    }

    private FoldStats.State state(long lag) {
        if (halted.get() != null) {
            return FoldStats.State.HALTED;
        }
        if (closed) {
            return FoldStats.State.CLOSED;
        }
        if (!ready) {
            return version.next() == 0 ? FoldStats.State.STARTING : FoldStats.State.CATCHING_UP;
        }
        return lag > MOST_OTHERS ? FoldStats.State.CATCHING_UP : FoldStats.State.READY;
    }

    /** On the thread of whoever appended. A writer of this fold needs no help with what it appended. */
    private void appended() {
        if (!turn.isHeldByCurrentThread()) {
            worker.wake();
        }
    }

    private void hintChange() {
        for (Runnable hint : changeHints) {
            hint.run();
        }
    }

    private long nowNanos() {
        Instant now = clock.instant();
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), NANOS_PER_SECOND), now.getNano());
    }

    /** Under turn. */
    private final class PendingBatch implements Command.Pending {

        private final long timestampNanos;

        PendingBatch(long timestampNanos) {
            this.timestampNanos = timestampNanos;
        }

        @Override
        public void add(Envelope envelope) {
            batch.add(envelope.encode());
        }

        @Override
        public long timestampNanos() {
            return timestampNanos;
        }
    }
}
