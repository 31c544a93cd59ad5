package io.netbus.consume;

import io.netbus.adapter.RetryableAdapterException;
import io.netbus.event.StoredEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's place in a channel and its demand. <b>Threads:</b> {@link #request} and {@link #cancel} from any, the
 * rest is the push worker's once {@link #begin} has returned.
 */
final class PushSubscription implements Flow.Subscription {

    /*
     * A turn reads a page no larger than the demand and delivers it whole, so nothing is read that is not asked for, and
     * nothing waits here. Between turns the readers stay open, since the next turn goes on where they stand; a subscriber
     * that had nothing to do for a while gives them back, for each may hold an open file.
     */
    private static final long TURN_BYTES = 1 << 20;
    private static final long TURN_SCAN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long KEEP_READERS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = System.getLogger(PushSubscription.class.getName());

    private final ChannelReader channel;
    private final ChannelScan scan;
    private final Flow.Subscriber<? super StoredEvent> subscriber;
    private final Runnable wake;
    private final LongSupplier nanoClock;

    private final AtomicLong demand = new AtomicLong();
    private volatile boolean cancelled;
    private volatile @Nullable IllegalArgumentException violation; // written by request

    private boolean ended;
    private boolean completing;
    private int completionsBefore; // written before it is handed to the worker
    private boolean retrying;
    private long retryNanos;
    private long lastReadNanos;

    PushSubscription(
            ChannelReader channel,
            ChannelScan scan,
            Flow.Subscriber<? super StoredEvent> subscriber,
            Runnable wake,
            LongSupplier nanoClock) {
        this.channel = channel;
        this.scan = scan;
        this.subscriber = subscriber;
        this.wake = wake;
        this.nanoClock = nanoClock;
    }

    @Override
    public void request(long n) {
        if (cancelled) {
            return;
        }
        if (n <= 0) {
            violation = new IllegalArgumentException("demand must be above 0 (Reactive Streams 3.9): n=" + n);
        } else {
            demand.getAndUpdate(asked -> asked > Long.MAX_VALUE - n ? Long.MAX_VALUE : asked + n);
        }
        wake.run();
    }

    @Override
    public void cancel() {
        cancelled = true;
        wake.run();
    }

    ChannelReader channel() {
        return channel;
    }

    /** Whether there will be no more signals. */
    boolean hasEnded() {
        return ended;
    }

    /** Makes itself known to the subscriber; false if that one threw. */
    boolean begin() {
        try {
            subscriber.onSubscribe(this);
            return true;
        } catch (Throwable e) {
            reject(e);
            return false;
        }
    }

    /** Whether a turn would do something now. */
    boolean isReady() {
        try {
            return cancelled || violation != null || (demand.get() > 0 && isTimeToRead() && scan.hasMore());
        } catch (RuntimeException e) {
            return true; // the turn will meet it too
        }
    }

    /** Says how often all subscriptions were asked to complete before this one arrived. */
    void arrive(int completions) {
        completionsBefore = completions;
    }

    /** Lets it complete as it would when the bus closes, if it had arrived when that was asked for that many times. */
    void completeSoon(int completions) {
        completing |= completionsBefore < completions;
    }

    /** Delivers what is asked for and there, a bounded piece of it; returns how much it did. */
    int turn(boolean closing) {
        try {
            return ended ? 0 : unguardedTurn(closing);
        } catch (Throwable e) { // an error too: it must not end the turns of those behind
            fail(e);
            return 1;
        }
    }

    private int unguardedTurn(boolean closing) {
        if (cancelled) {
            end();
            return 1;
        }
        if (violation != null) {
            fail(violation);
            return 1;
        }
        long asked = demand.get();
        if (asked == 0 || !scan.hasMore()) {
            if (closing || completing) {
                complete();
                return 1;
            }
            rest();
            return 0;
        }
        if (!isTimeToRead()) {
            return 0;
        }
        List<StoredEvent> events =
                scan.read((int) Math.min(asked, PushWorker.TURN_EVENTS), TURN_BYTES, TURN_SCAN_NANOS);
        lastReadNanos = nanoClock.getAsLong();
        deliver(events);
        RuntimeException failure = scan.failure();
        if (failure == null) {
            retrying = false;
        } else if (!ended) {
            retryOrFail(failure);
        }
        return 1 + events.size();
    }

    /** Ends with an error, if it has not ended. */
    void fail(Throwable cause) {
        if (end()) {
            try {
                subscriber.onError(cause);
            } catch (Throwable e) {
                reject(e);
            }
        }
    }

    /** Ends because the bus does not wait any longer, if it has not ended. */
    void cutShort() {
        if (cancelled) {
            end();
        } else {
            fail(new IllegalStateException(
                    "bus was closed before all events were delivered: channel=" + channel.name()));
        }
    }

    private void deliver(List<StoredEvent> events) {
        int delivered = 0;
        for (StoredEvent event : events) {
            if (cancelled || violation != null) {
                break;
            }
            delivered++;
            try {
                subscriber.onNext(event);
            } catch (Throwable e) {
                reject(e);
                break;
            }
        }
        int used = delivered;
        demand.getAndUpdate(left -> left == Long.MAX_VALUE ? left : left - used);
        if (cancelled) {
            end();
        }
    }

    private void retryOrFail(RuntimeException failure) {
        if (!(failure instanceof RetryableAdapterException)) {
            fail(failure);
            return;
        }
        if (!retrying) {
            LOG.log(Level.WARNING, "events cannot be read for now, tries again: channel=" + channel.name(), failure);
        }
        retrying = true;
        retryNanos = nanoClock.getAsLong() + RETRY_NANOS;
    }

    private boolean isTimeToRead() {
        return !retrying || nanoClock.getAsLong() - retryNanos >= 0;
    }

    private void rest() {
        if (scan.isOpen() && nanoClock.getAsLong() - lastReadNanos > KEEP_READERS_NANOS) {
            scan.close();
        }
    }

    private void complete() {
        if (end()) {
            try {
                subscriber.onComplete();
            } catch (Throwable e) {
                reject(e);
            }
        }
    }

    private void reject(Throwable thrown) {
        cancelled = true;
        end();
        LOG.log(
                Level.WARNING,
                "a subscriber threw and was cancelled: channel=" + channel.name() + ", subscriber="
                        + subscriber.getClass().getName(),
                thrown);
    }

    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        cancelled = true;
        scan.close();
        return true;
    }
}
