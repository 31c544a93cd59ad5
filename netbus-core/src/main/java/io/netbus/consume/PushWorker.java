package io.netbus.consume;

import io.netbus.event.StoredEvent;
import io.netbus.worker.Worker;
import io.netbus.worker.WorkerRunner;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Pushes stored events to all subscribers, on the one thread {@code netbus-push}.
 * <p>
 * Subscribers take turns of at most {@value #TURN_EVENTS} events each. One that throws from a signal is cancelled and
 * logged, and the others do not notice. A backend that fails for now ({@link
 * io.netbus.adapter.RetryableAdapterException}) is asked again until it answers.
 * <p>
 * <b>Threads:</b> {@code onSubscribe} is called by the subscribing thread, every other signal by the worker's.
 */
public final class PushWorker implements Worker, AutoCloseable {

    /** Most events a subscriber gets before the next one has its turn. */
    static final int TURN_EVENTS = 256;

    private static final Logger LOG = System.getLogger(PushWorker.class.getName());
    private static final Duration DEFAULT_CLOSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_CLOSE = Duration.ofDays(365);
    private static final Duration LAST_SIGNALS = Duration.ofMillis(250);

    private final LongSupplier nanoClock;
    private final CountDownLatch finished = new CountDownLatch(1); // the last subscription has ended, none can follow
    private final List<PushSubscription> subscriptions = new ArrayList<>(); // the worker's
    private final IdentityHashMap<ChannelReader, Hint> hints = new IdentityHashMap<>(); // the worker's

    private boolean closingSeen; // the worker's
    private int completionsSeen; // the worker's

    private final Object gate = new Object();
    private final Queue<PushSubscription> arrivals = new ArrayDeque<>(); // guarded by gate
    private volatile boolean arrived; // written under gate
    private final AtomicInteger completions = new AtomicInteger(); // how often all were to complete; written under gate
    private volatile boolean closing; // written under gate
    private long deadlineNanos; // written before closing
    private volatile @Nullable WorkerRunner runner;

    /** One registration per channel, however many subscribe to it. */
    private static final class Hint {
        final Runnable end;
        int subscriptions;

        Hint(Runnable end) {
            this.end = end;
        }
    }

    /** A worker somebody else drives, such as a test's scheduler. */
    PushWorker() {
        this(System::nanoTime);
    }

    PushWorker(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** A worker with a thread of its own, which ends when it is closed. */
    public static PushWorker start() {
        PushWorker worker = new PushWorker();
        worker.runner = WorkerRunner.start(worker);
        return worker;
    }

    @Override
    public String name() {
        return "push";
    }

    @Override
    public int doWork() {
        int work = admit();
        int asked = completions.get();
        if (asked != completionsSeen) {
            completionsSeen = asked;
            subscriptions.forEach(subscription -> subscription.completeSoon(asked));
            work++;
        }
        boolean last = closing;
        closingSeen = last;
        boolean ended = false;
        for (PushSubscription subscription : subscriptions) {
            work += subscription.turn(last);
            ended |= subscription.hasEnded();
        }
        if (last && nanoClock.getAsLong() - deadlineNanos >= 0) {
            subscriptions.forEach(PushSubscription::cutShort);
            ended = true;
        }
        if (ended) {
            sweep();
        }
        if (last && subscriptions.isEmpty() && !arrived) {
            finished.countDown();
        }
        return work;
    }

    @Override
    public boolean hasWork() {
        if (arrived || completions.get() != completionsSeen || (closing && !closingSeen)) {
            return true;
        }
        for (PushSubscription subscription : subscriptions) {
            if (subscription.isReady()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onStop() {
        admit();
        subscriptions.forEach(PushSubscription::cutShort);
        sweep();
        finished.countDown();
    }

    /**
     * Completes every subscription that is open now as soon as it has every stored event or asks for nothing more; new
     * ones may follow at once.
     */
    public void completeAll() {
        synchronized (gate) { // those that have arrived are open, whoever arrives from here on is not
            completions.incrementAndGet();
        }
        wake();
    }

    /** Closes with a deadline of five seconds; see {@link #close(Duration)}. Idempotent. */
    @Override
    public void close() {
        close(DEFAULT_CLOSE);
    }

    /**
     * Takes no more subscribers, completes each as soon as it has every stored event or asks for nothing more, and ends the
     * thread. Those not through when the deadline passes fail with {@link IllegalStateException}. Does not wait if called
     * by a subscriber, or if somebody else drives this worker.
     *
     * @return whether every subscriber has ended; an interrupt ends the wait as the deadline does and is kept
     */
    public boolean close(Duration deadline) {
        long nanos = nanos(deadline);
        synchronized (gate) {
            if (!closing) {
                deadlineNanos = nanoClock.getAsLong() + nanos;
                closing = true;
            }
        }
        WorkerRunner thread = runner;
        if (thread == null || thread.isCurrentThread()) {
            return finished.getCount() == 0;
        }
        thread.wake();
        try {
            if (!finished.await(nanos + LAST_SIGNALS.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.log(Level.WARNING, "a subscriber holds the push thread; its signals end here");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.close(LAST_SIGNALS);
        return finished.getCount() == 0;
    }

    /** Subscribes; see {@link EventSource#events}. */
    void subscribe(ChannelReader channel, StreamRequest request, Flow.Subscriber<? super StoredEvent> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        ChannelScan scan;
        try {
            scan = channel.scan(request);
        } catch (RuntimeException e) {
            refuse(subscriber, e);
            return;
        }
        PushSubscription subscription = new PushSubscription(channel, scan, subscriber, this::wake, nanoClock);
        if (!subscription.begin()) {
            return;
        }
        boolean admitted;
        synchronized (gate) {
            admitted = !closing;
            if (admitted) {
                subscription.arrive(completions.get());
                arrivals.add(subscription);
                arrived = true;
            }
        }
        if (admitted) {
            wake();
        } else {
            subscription.fail(new IllegalStateException("channel is closed: channel=" + channel.name()));
        }
    }

    private void wake() {
        WorkerRunner thread = runner;
        if (thread != null) {
            thread.wake();
        }
    }

    private int admit() {
        if (!arrived) {
            return 0;
        }
        int before = subscriptions.size();
        synchronized (gate) {
            subscriptions.addAll(arrivals);
            arrivals.clear();
            arrived = false;
        }
        for (PushSubscription subscription : subscriptions.subList(before, subscriptions.size())) {
            ChannelReader channel = subscription.channel();
            hints.computeIfAbsent(channel, key -> new Hint(key.onEvents(this::wake))).subscriptions++;
        }
        return subscriptions.size() - before;
    }

    private void sweep() {
        subscriptions.removeIf(subscription -> {
            if (!subscription.hasEnded()) {
                return false;
            }
            Hint hint = hints.get(subscription.channel());
            if (hint != null && --hint.subscriptions == 0) {
                hints.remove(subscription.channel());
                hint.end.run();
            }
            return true;
        });
    }

    private static long nanos(Duration duration) {
        return duration.compareTo(LONGEST_CLOSE) < 0 ? Math.max(0, duration.toNanos()) : LONGEST_CLOSE.toNanos();
    }

    private static void refuse(Flow.Subscriber<?> subscriber, RuntimeException cause) {
        try {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    // has ended
                }

                @Override
                public void cancel() {
                    // has ended
                }
            });
            subscriber.onError(cause);
        } catch (Throwable e) {
            LOG.log(Level.WARNING, "a subscriber threw while it was refused", e);
        }
    }
}
