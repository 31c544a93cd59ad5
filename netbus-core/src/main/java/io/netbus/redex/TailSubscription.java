package io.netbus.redex;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's place in a log and its demand. <b>Threads:</b> {@link #request} and {@link #cancel} any; the rest is
 * the subscribing thread's up to {@link #begin}, then the tail worker's.
 */
final class TailSubscription implements Flow.Subscription {

    /*
     * A turn reads no more than was asked for and hands each record on as the cursor comes to it, so nothing waits here:
     * a subscriber that asks for nothing costs its cursor, and later reads from the file what it left there.
     */
    private static final int TURN_RECORDS = 256;
    private static final long TURN_BYTES = 1 << 20;

    private static final Logger LOG = System.getLogger(TailSubscription.class.getName());

    private final RedexLog log;
    private final LogCursor cursor;
    private final Runnable wake;

    private final AtomicLong demand = new AtomicLong();
    private volatile boolean cancelled;
    private volatile @Nullable IllegalArgumentException violation; // written by request

    private Flow.@Nullable Subscriber<? super LogRecord> subscriber; // null: has ended
    private int turnRecords;
    private long turnBytes;

    TailSubscription(RedexLog log, LogCursor cursor, Flow.Subscriber<? super LogRecord> subscriber, Runnable wake) {
        this.log = log;
        this.cursor = cursor;
        this.subscriber = subscriber;
        this.wake = wake;
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

    /** Closes the cursor at once, whatever the worker is busy with. */
    @Override
    public void cancel() {
        cancelled = true;
        cursor.close();
        wake.run();
    }

    /** Makes itself known to the subscriber; false if that one threw. */
    boolean begin() {
        Flow.Subscriber<? super LogRecord> to = subscriber;
        try {
            if (to != null) {
                to.onSubscribe(this);
            }
            return true;
        } catch (Throwable e) {
            reject(e);
            return false;
        }
    }

    /** Whether there will be no more signals. */
    boolean hasEnded() {
        return subscriber == null;
    }

    /** Whether a turn would do something now. */
    boolean isReady(TailSource source) {
        return cancelled
                || violation != null
                || source.isFinishing()
                || (demand.get() > 0 && cursor.position() < source.end());
    }

    /** Delivers what is asked for and there, a bounded piece of it; returns how much it did. */
    int turn(TailSource source) {
        if (subscriber == null) {
            return 0;
        }
        if (cancelled) {
            end();
            return 1;
        }
        IllegalArgumentException broken = violation;
        if (broken != null) {
            fail(broken);
            return 1;
        }
        long asked = demand.get();
        if (asked == 0 || cursor.position() >= source.end()) {
            if (source.isFinishing()) {
                complete();
                return 1;
            }
            return 0;
        }
        if (source.isClosed()) {
            fail(LogClosedException.of(log.name()));
            return 1;
        }
        read(source, Math.min(asked, source.end() - cursor.position()));
        return 1 + turnRecords;
    }

    /** Ends because the thread ends: as complete if nothing is missing. */
    void cutShort(TailSource source) {
        IllegalArgumentException broken = violation;
        if (cancelled) {
            end();
        } else if (broken != null) {
            fail(broken);
        } else if (demand.get() == 0 || cursor.position() >= source.end()) {
            complete();
        } else {
            fail(LogClosedException.of(log.name()));
        }
    }

    /** Ends with an error, if it has not ended. */
    void fail(Throwable cause) {
        Flow.Subscriber<? super LogRecord> to = end();
        if (to != null) {
            try {
                to.onError(cause);
            } catch (Throwable e) {
                report(to, e);
            }
        }
    }

    private void complete() {
        Flow.Subscriber<? super LogRecord> to = end();
        if (to != null) {
            try {
                to.onComplete();
            } catch (Throwable e) {
                report(to, e);
            }
        }
    }

    private void read(TailSource source, long limit) {
        turnRecords = 0;
        turnBytes = 0;
        @Nullable Throwable failure = null;
        try {
            cursor.read(this::deliver, (int) Math.min(limit, TURN_RECORDS));
        } catch (LogClosedException e) {
            if (!cancelled) {
                source.close(); // the next turn tells whether anything is missing
            }
        } catch (Throwable e) { // an error too: it must not end the turns of those behind
            failure = e;
        }
        int used = turnRecords;
        demand.getAndUpdate(left -> left == Long.MAX_VALUE ? left : left - used);
        if (cancelled) {
            end();
        } else if (failure != null) {
            fail(failure);
        }
    }

    private boolean deliver(long sequence, long timestampNanos, ByteBuffer payload) {
        Flow.Subscriber<? super LogRecord> to = subscriber;
        if (to == null || cancelled || violation != null) {
            return false;
        }
        byte[] copy = new byte[payload.remaining()];
        payload.get(copy);
        turnRecords++;
        turnBytes += copy.length;
        try {
            to.onNext(new LogRecord(sequence, timestampNanos, copy));
        } catch (Throwable e) {
            reject(e);
        }
        return !cancelled && violation == null && turnBytes < TURN_BYTES;
    }

    /** Ends without a signal: who throws from one is cancelled (Reactive Streams 2.13). */
    private void reject(Throwable thrown) {
        Flow.Subscriber<? super LogRecord> to = end();
        if (to != null) {
            report(to, thrown);
        }
    }

    private void report(Flow.Subscriber<? super LogRecord> to, Throwable thrown) {
        LOG.log(
                Level.WARNING,
                "a subscriber threw and was cancelled: log=" + log.name() + ", subscriber="
                        + to.getClass().getName(),
                thrown);
    }

    /** Lets go of the file and the subscriber; returns that one, null if it had ended. */
    private Flow.@Nullable Subscriber<? super LogRecord> end() {
        Flow.Subscriber<? super LogRecord> to = subscriber;
        subscriber = null;
        cancelled = true;
        cursor.close();
        return to;
    }
}
