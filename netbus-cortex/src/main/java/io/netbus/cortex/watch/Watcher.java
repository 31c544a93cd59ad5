package io.netbus.cortex.watch;

import io.netbus.cortex.fold.View;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * One subscriber. It holds no queue: when it has asked for more, the newest result is worked out for it. Anyone may ask
 * or cancel; everything else happens on the watch thread.
 */
final class Watcher<S, R> extends Signal implements Subscription {

    private static final long NOTHING_SEEN = -1;

    private final Watches<S> watches;
    private final Function<? super S, R> query;
    private final CoreSubscriber<? super R> actual;

    private final AtomicLong requested = new AtomicLong();
    private volatile boolean cancelled;
    private volatile boolean askedWrongly;
    private volatile boolean begun; // written by the subscribing thread, after onSubscribe has returned

    private boolean added; // the watch thread's, as all below
    private boolean done;
    private long seenRevision = NOTHING_SEEN;
    private @Nullable R emitted;

    Watcher(Watches<S> watches, Function<? super S, R> query, CoreSubscriber<? super R> actual) {
        this.watches = watches;
        this.query = query;
        this.actual = actual;
    }

    Function<? super S, R> query() {
        return query;
    }

    /** Lets the watch thread emit. */
    void begin() {
        begun = true;
        watches.begin(this);
    }

    @Override
    public void request(long n) {
        if (n > 0) {
            requested.accumulateAndGet(n, Operators::addCap);
        } else {
            askedWrongly = true;
        }
        lookSoon();
    }

    @Override
    public void cancel() {
        cancelled = true;
        lookSoon();
    }

    @Override
    void look() {
        if (done) {
            return;
        }
        if (!added) {
            added = true;
            watches.add(this);
        }
        boolean ended = watches.isEnded(); // before the state is read, which then is the last one
        if (cancelled) {
            end();
        } else if (askedWrongly) {
            fail(new IllegalArgumentException("a subscriber must ask for 1 or more (Reactive Streams, rule 3.9)"));
        } else {
            emitNewest();
            if (ended) {
                complete();
            }
        }
    }

    void complete() {
        if (!done && !cancelled) {
            end();
            protect(actual::onComplete);
        }
    }

    private void emitNewest() {
        R result;
        try {
            View<S> view = watches.view();
            if (requested.get() == 0 || view.revision() == seenRevision) {
                return;
            }
            result = watches.result(view, query);
            seenRevision = view.revision();
        } catch (Throwable e) {
            fail(e);
            return;
        }
        if (!result.equals(emitted)) {
            emitted = result;
            requested.updateAndGet(left -> left == Long.MAX_VALUE ? left : left - 1);
            protect(() -> actual.onNext(result));
        }
    }

    private void fail(Throwable cause) {
        end();
        protect(() -> actual.onError(cause));
    }

    private void end() {
        done = true;
        emitted = null;
        watches.remove(this);
    }

    /** A subscriber that throws is let go; the others must not notice. */
    private void protect(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            cancelled = true;
            if (!done) {
                end();
            }
            drop(e);
        }
    }

    private void drop(Throwable e) {
        try {
            Operators.onErrorDropped(e, actual.currentContext());
        } catch (Throwable ignored) {
            // by a hook of the application that throws what it is given; there is nobody left to tell
        }
    }

    private void lookSoon() {
        if (begun) {
            watches.enqueue(this);
        }
    }
}
