package io.netbus.cortex.bridge;

import io.netbus.consume.Cursor;
import io.netbus.consume.EventSource;
import io.netbus.consume.InvalidCursorException;
import io.netbus.consume.PollRequest;
import io.netbus.consume.PollResult;
import io.netbus.consume.SourceHold;
import io.netbus.cortex.bridge.BridgeStats.State;
import io.netbus.cortex.envelope.SourcePosition;
import io.netbus.cortex.fold.Command;
import io.netbus.cortex.fold.Decision;
import io.netbus.cortex.fold.Fold;
import io.netbus.cortex.fold.FoldClosedException;
import io.netbus.cortex.fold.FoldHaltedException;
import io.netbus.cortex.fold.WriteResult;
import io.netbus.event.StoredEvent;
import io.netbus.worker.Worker;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A bridge's loop: polls a page, sees it forced in its source, maps and stores it. */
final class BridgeWorker<S> implements Worker {

    /*
     * One page at a time, small, because the model's other writers wait while it is mapped. The wait for the source's
     * disk happens before, outside every lock; while catching up the source is forced already and there is none.
     *
     * The hold on the source follows the places stored in the model's log as that log is forced. Nobody is waited for, and
     * at first nobody is asked: two places are remembered, one whose force is awaited and the newest, so that the hold
     * moves on however fast places follow each other. A log that forces rarely is asked after a while, lest the source keep
     * all it has.
     */
    private static final int PAGE_EVENTS = 256;
    private static final int EVENTS_BETWEEN_POSITIONS = 10_000;
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LONGEST_UNFORCED_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int MAX_REASON_CHARS = 500;

    private static final Logger LOG = System.getLogger(BridgeWorker.class.getName());

    /** A place in the source, and where the model's log says so. */
    private record Place(Cursor cursor, long sequence, long storedNanos) {}

    private final String bridge;
    private final EventSource source;
    private final Fold<S> fold;
    private final Mapping<S> mapping;
    private final Runnable progressed;
    private final SourceQuarantine quarantine = new SourceQuarantine();
    private final Runnable sourceHint;

    private @Nullable PollResult page; // the worker's, as all down to pausing
    private @Nullable SourceHold hold; // null until the source hands it out
    private @Nullable Place awaited; // the oldest place whose force the hold waits for
    private @Nullable Place newest; // stored after it; null if none was
    private boolean forceAsked; // for the awaited place
    private CompletableFuture<Void> forced = CompletableFuture.completedFuture(null);
    private long eventsSincePosition;
    private long pauseNanos = SHORTEST_PAUSE_NANOS;
    private long retryAtNanos;
    private boolean pausing;

    private volatile boolean hinted = true; // written by the source's writers
    private volatile @Nullable Cursor handledTo; // written by the worker, as all below but the last
    private volatile long handled;
    private volatile long lost;
    private volatile State state = State.RUNNING;
    private volatile @Nullable Throwable failure;
    private volatile Runnable wake = () -> {}; // written once by whoever starts the worker

    BridgeWorker(String bridge, EventSource source, Fold<S> fold, Mapping<S> mapping, Runnable progressed) {
        this.bridge = bridge;
        this.source = source;
        this.fold = fold;
        this.mapping = mapping;
        this.progressed = progressed;
        new SourcePosition(bridge, ""); // rejects a name that could not be stored
        try {
            String cursor = fold.sourcePosition(bridge);
            handledTo = cursor == null ? null : Cursor.parse(cursor);
            takeHold();
        } catch (InvalidCursorException | FoldHaltedException e) {
            fail(e);
        } catch (RuntimeException e) {
            retryLater(e);
        }
        sourceHint = source.onEvents(this::hint);
    }

    @Override
    public String name() {
        return "bridge-" + bridge;
    }

    @Override
    public int doWork() {
        if (state == State.FAILED || isPausing()) {
            return 0;
        }
        try {
            takeHold();
            moveHold();
            int done = page == null ? poll() : store(page);
            if (done > 0) {
                goOn();
            }
            return done;
        } catch (InvalidCursorException | FoldHaltedException | FoldClosedException e) {
            fail(e);
        } catch (Throwable e) {
            retryLater(e instanceof CompletionException && e.getCause() != null ? e.getCause() : e);
        }
        return 0;
    }

    @Override
    public boolean hasWork() {
        if (state == State.FAILED || isPausing()) {
            return false;
        }
        return page == null ? hinted : forced.isDone();
    }

    @Override
    public void onStop() {
        sourceHint.run();
        if (state != State.FAILED) {
            storeLastPlace();
        }
        if (hold != null) {
            hold.close();
        }
        state = State.CLOSED;
        progressed.run();
    }

    void wakeWith(Runnable newWake) {
        wake = newWake;
        newWake.run();
    }

    String bridge() {
        return bridge;
    }

    boolean hasHandled(Cursor reached) {
        return reached.distanceFrom(handledTo) == 0;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    void throwIfFailed() {
        if (state == State.FAILED) {
            throw new BridgeFailedException(
                    "bridge has failed: bridge=" + bridge + ", source=" + source.name() + ", cause=" + failure,
                    failure);
        }
    }

    List<QuarantinedSourceEvent> quarantined() {
        return quarantine.events();
    }

    BridgeStats stats() {
        Throwable cause = failure;
        return new BridgeStats(
                bridge,
                source.name(),
                state,
                lag(),
                handled,
                quarantine.count(),
                lost,
                cause != null ? reason(cause) : quarantine.lastReason());
    }

    private int poll() {
        hinted = false;
        PollResult result = source.poll(PollRequest.first(PAGE_EVENTS).after(handledTo));
        if (!result.events().isEmpty()) {
            page = result;
            forced = source.whenForced(result.next()).toCompletableFuture();
            var unused = forced.whenComplete((done, failed) -> wake.run()); // wakes when it is done, not before
            return 1;
        }
        if (!result.next().equals(handledTo)) {
            addLost(result.lost());
            handledTo = result.next();
            progressed.run();
        }
        if (state == State.RETRYING) {
            goOn();
        }
        return result.hasMore() ? 1 : 0;
    }

    private int store(PollResult result) {
        if (!forced.isDone()) {
            return 0;
        }
        page = null; // whatever fails from here on, the page is read again
        hinted = true;
        forced.join();
        List<QuarantinedSourceEvent> unmapped = new ArrayList<>();
        WriteResult written = fold.write((now, pending) -> map(now, result, pending, unmapped), false);
        if (written.isApplied()) {
            stored(result.next(), written.sequence());
        } else {
            eventsSincePosition += result.events().size();
        }
        quarantine.addAll(unmapped);
        addLost(result.lost());
        addHandled(result.events().size());
        handledTo = result.next();
        progressed.run();
        return result.events().size();
    }

    /** With the model's write lock held. */
    private Decision map(S now, PollResult result, Command.Pending pending, List<QuarantinedSourceEvent> unmapped) {
        Mapping.Page mapped = mapping.page(now, pending.timestampNanos());
        for (StoredEvent event : result.events()) {
            try {
                mapped.map(event);
            } catch (OutOfMemoryError e) {
                throw e; // not the event's fault
            } catch (Throwable e) {
                unmapped.add(new QuarantinedSourceEvent(bridge, event.position(), reason(e)));
            }
        }
        boolean leavesNoTrace = !mapped.isTouched() && unmapped.isEmpty();
        if (leavesNoTrace && eventsSincePosition + result.events().size() < EVENTS_BETWEEN_POSITIONS) {
            return Decision.noOp("nothing to store");
        }
        mapped.appendTo(pending);
        return storePosition(pending, result.next());
    }

    private Decision storePosition(Command.Pending pending, Cursor reached) {
        pending.add(new SourcePosition(bridge, reached.toString()));
        return Decision.APPLY;
    }

    // ---- the hold

    private void takeHold() {
        if (hold == null) {
            hold = source.hold("bridge:" + bridge, handledTo);
        }
    }

    private void stored(Cursor place, long sequence) {
        eventsSincePosition = 0;
        Place stored = new Place(place, sequence, System.nanoTime());
        if (awaited == null) {
            await(stored);
        } else {
            newest = stored;
        }
    }

    private void await(@Nullable Place place) {
        awaited = place;
        forceAsked = false;
    }

    /** Lets go of what lies before a place that survives a power cut by now. */
    private void moveHold() {
        Place place = awaited;
        if (place == null || hold == null) {
            return;
        }
        if (fold.forcedSequence() > place.sequence()) {
            hold.moveTo(place.cursor());
            await(newest);
            newest = null;
        } else if (!forceAsked && System.nanoTime() - place.storedNanos() > LONGEST_UNFORCED_NANOS) {
            forceAsked = true;
            var unused = fold.whenForced(place.sequence()); // looked for by the next turns; a failure halts the model
        }
    }

    /** So that nothing the bridge let go of is read again. */
    private void storeLastPlace() {
        Cursor reached = handledTo;
        try {
            if (reached != null && eventsSincePosition > 0) {
                stored(
                        reached,
                        fold.write((now, pending) -> storePosition(pending, reached), false)
                                .sequence());
            }
            Place last = newest == null ? awaited : newest;
            if (last != null) {
                fold.whenForced(last.sequence())
                        .toCompletableFuture()
                        .get(LONGEST_UNFORCED_NANOS, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, "bridge ends before its place is forced: bridge=" + bridge, e);
        } catch (RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "bridge ends without storing its place, its last " + eventsSincePosition
                            + " events are mapped again: bridge=" + bridge,
                    e);
        }
    }

    private void addLost(long events) {
        if (events > 0) {
            if (lost == 0) {
                LOG.log(
                        Level.WARNING,
                        "source events are no longer kept and are left out, the bridge goes on; later ones are only"
                                + " counted: bridge=" + bridge + ", source=" + source.name() + ", events=" + events);
            }
            long before = lost; // the worker is the only writer
            lost = before + events;
        }
    }

    private void addHandled(long events) {
        long before = handled; // the worker is the only writer
        handled = before + events;
    }

    private long lag() {
        try {
            return source.end().distanceFrom(handledTo);
        } catch (RuntimeException e) {
            return -1;
        }
    }

    private void hint() {
        hinted = true;
        wake.run();
    }

    private void goOn() {
        pauseNanos = SHORTEST_PAUSE_NANOS;
        if (state == State.RETRYING) {
            state = State.RUNNING;
            failure = null;
            LOG.log(Level.INFO, "bridge goes on: bridge=" + bridge);
        }
    }

    private void retryLater(Throwable cause) {
        failure = cause;
        hinted = true;
        pausing = true;
        retryAtNanos = System.nanoTime() + pauseNanos;
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        if (state != State.RETRYING) {
            state = State.RETRYING;
            LOG.log(Level.WARNING, "bridge tries again later: bridge=" + bridge + ", source=" + source.name(), cause);
        }
        progressed.run();
    }

    private boolean isPausing() {
        pausing = pausing && System.nanoTime() - retryAtNanos < 0;
        return pausing;
    }

    private void fail(Throwable cause) {
        failure = cause;
        state = State.FAILED;
        LOG.log(Level.ERROR, "bridge cannot go on: bridge=" + bridge + ", source=" + source.name(), cause);
        progressed.run();
    }

    private static String reason(Throwable cause) {
        String text = String.valueOf(cause);
        return text.length() <= MAX_REASON_CHARS ? text : text.substring(0, MAX_REASON_CHARS) + "…";
    }
}
