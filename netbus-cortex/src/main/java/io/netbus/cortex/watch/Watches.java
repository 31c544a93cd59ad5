package io.netbus.cortex.watch;

import io.netbus.cortex.fold.Fold;
import io.netbus.cortex.fold.FoldHaltedException;
import io.netbus.cortex.fold.View;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * The watchers of one fold.
 *
 * @param <S> the model's state
 */
public final class Watches<S> {

    private final WatchThread thread;
    private final Fold<S> fold;
    private final Change change = new Change();

    // Counted before a subscriber reads its first state, and read after a writer has published: either the subscriber
    // sees the writer's state or the writer sees the subscriber.
    private final AtomicInteger subscribers = new AtomicInteger();

    private final Set<Watcher<S, ?>> active = new LinkedHashSet<>(); // the watch thread's, as all below
    private final Map<Function<? super S, ?>, Object> results = new HashMap<>();
    private long resultsOf; // the revision of the state they were asked of

    Watches(WatchThread thread, Fold<S> fold) {
        this.thread = thread;
        this.fold = fold;
        fold.onChange(this::changed);
    }

    /**
     * Emits the query's result, again after each change to it.
     * <ul>
     * <li>At subscription: the current result, whatever it is.
     * <li>After a change of the model: the newest result, unless it equals the last one emitted.
     * <li>Slow subscriber: sees the newest result when it asks, and skips those between.
     * <li>End: completes when the model closes; what was not asked for by then is not emitted. Who subscribes later
     *     gets the last result and completion. Fails with {@link FoldHaltedException} when the model halts, and with
     *     what the query throws.
     * <li>Thread: {@code netbus-watch}, never the writer's; move long work away with {@code publishOn}.
     * </ul>
     *
     * @param query a quick, pure function to an immutable result; equal queries are asked once per change
     */
    public <R> Flux<R> watch(Function<? super S, R> query) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super R> actual) {
                Watcher<S, R> watcher = new Watcher<>(Watches.this, query, actual);
                actual.onSubscribe(watcher);
                watcher.begin();
            }
        };
    }

    /** How many watchers there are; one that was cancelled counts until the watch thread has let it go. */
    int subscribers() {
        return subscribers.get();
    }

    void begin(Watcher<S, ?> watcher) {
        subscribers.incrementAndGet();
        thread.enqueue(watcher);
    }

    void enqueue(Watcher<S, ?> watcher) {
        thread.enqueue(watcher);
    }

    boolean isEnded() {
        return thread.isStopped() || fold.isClosed();
    }

    /** @throws FoldHaltedException if the fold is halted */
    View<S> view() {
        return fold.view();
    }

    void add(Watcher<S, ?> watcher) {
        active.add(watcher);
    }

    void remove(Watcher<S, ?> watcher) {
        active.remove(watcher);
        results.remove(watcher.query());
        subscribers.decrementAndGet();
    }

    /** The query's result; remembered until a newer state is asked about. */
    @SuppressWarnings("unchecked") // a query's result is stored under it alone
    <R> R result(View<S> view, Function<? super S, R> query) {
        if (resultsOf != view.revision()) {
            results.clear();
            resultsOf = view.revision();
        }
        R known = (R) results.get(query);
        if (known != null) {
            return known;
        }
        R result = query.apply(view.state());
        results.put(query, result);
        return result;
    }

    void completeAll() {
        lookAtAll();
        List.copyOf(active).forEach(Watcher::complete);
    }

    private void changed() {
        if (subscribers.get() > 0) {
            thread.enqueue(change);
        }
    }

    private void lookAtAll() {
        List.copyOf(active).forEach(Watcher::look);
    }

    /** The fold may have a new state. */
    private final class Change extends Signal {
        @Override
        void look() {
            lookAtAll();
        }
    }
}
