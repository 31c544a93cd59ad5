package io.netbus.redex;

import io.netbus.worker.Worker;
import io.netbus.worker.WorkerRunner;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Feeds all subscribers of the logs of one {@link Redex}, on the one thread {@code netbus-tail}, which starts with the
 * first of them.
 * <p>
 * <b>Threads:</b> {@code onSubscribe} is called by the subscribing thread, every other signal by the worker's.
 */
final class TailWorker implements Worker {

    /*
     * What others ask for goes through one queue, in the order they asked. A log that closes lets its subscribers have
     * what is there first, so that one that keeps up misses nothing; it waits for that, but not for long, since a
     * subscriber may have asked for more than the disk can give in time, or hold the thread.
     */
    private static final Logger LOG = System.getLogger(TailWorker.class.getName());
    private static final Duration LONGEST_FINISH = Duration.ofSeconds(1);
    private static final Duration LAST_SIGNALS = Duration.ofMillis(250);

    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>(); // run by the worker
    private final List<Tail> tails = new ArrayList<>(); // the worker's
    private final List<Finish> finishing = new ArrayList<>(); // the worker's

    private final ReentrantLock gate = new ReentrantLock();
    private final IdentityHashMap<RedexLog, TailSource> sources = new IdentityHashMap<>(); // under the gate
    private volatile @Nullable WorkerRunner runner; // written under the gate, once
    private volatile boolean closed; // written under the gate

    /** A subscription at work. */
    private record Tail(TailSubscription subscription, TailSource source) {}

    /** A log that closes, or all of them. */
    private record Finish(@Nullable RedexLog log, CountDownLatch done) {}

    /** The log's records from there on, for each subscriber anew. */
    Flow.Publisher<LogRecord> publisher(RedexLog log, AppendHints hints, TailStart from) {
        Objects.requireNonNull(from, "from");
        return subscriber -> subscribe(log, hints, from, subscriber);
    }

    /**
     * Lets the log's subscribers have what is there now, and waits for that, for a second at most. To be called before the
     * log closes. An interrupt ends the wait and is kept; the worker's thread does not wait.
     */
    void finish(RedexLog log) {
        if (!closed && isTailed(log)) {
            askToFinish(log);
        }
    }

    /** As {@link #finish} for all logs; then takes no more subscribers, ends those left, and the thread. Idempotent. */
    void close() {
        gate.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            gate.unlock();
        }
        askToFinish(null);
        WorkerRunner thread = runner;
        if (thread != null && !thread.close(LAST_SIGNALS) && !thread.isCurrentThread()) {
            LOG.log(Level.WARNING, "a subscriber holds the tail thread; its signals end here");
        }
    }

    @Override
    public String name() {
        return "tail";
    }

    @Override
    public int doWork() {
        int work = obey();
        boolean ended = false;
        for (Tail tail : tails) {
            work += tail.subscription().turn(tail.source());
            ended |= tail.subscription().hasEnded();
        }
        if (ended) {
            sweep();
        }
        finishing.removeIf(this::isDone);
        return work;
    }

    @Override
    public boolean hasWork() {
        if (!commands.isEmpty()) {
            return true;
        }
        for (Tail tail : tails) {
            if (tail.subscription().isReady(tail.source())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onStop() {
        obey();
        tails.forEach(tail -> tail.subscription().cutShort(tail.source()));
        sweep();
        finishing.removeIf(this::isDone);
    }

    private void subscribe(
            RedexLog log, AppendHints hints, TailStart from, Flow.Subscriber<? super LogRecord> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        LogCursor cursor;
        try {
            cursor = log.cursor(sequence(log, from));
        } catch (RuntimeException e) {
            refuse(log, subscriber, e);
            return;
        }
        if (from instanceof TailStart.At at && cursor.position() > at.sequence()) {
            cursor.close();
            refuse(log, subscriber, HistoryLostException.of(log.name(), at.sequence(), cursor.position()));
            return;
        }
        TailSubscription subscription = new TailSubscription(log, cursor, subscriber, this::wake);
        if (!subscription.begin()) {
            return;
        }
        gate.lock();
        try {
            if (!closed) {
                TailSource source = sources.computeIfAbsent(log, key -> new TailSource(log, hints, this::wake));
                source.add();
                commands.add(() -> tails.add(new Tail(subscription, source)));
                if (runner == null) {
                    runner = WorkerRunner.start(this);
                }
                wake();
                return;
            }
        } finally {
            gate.unlock();
        }
        subscription.fail(LogClosedException.of(log.name()));
    }

    private boolean isTailed(RedexLog log) {
        gate.lock();
        try {
            return sources.containsKey(log);
        } finally {
            gate.unlock();
        }
    }

    private static long sequence(RedexLog log, TailStart from) {
        if (from instanceof TailStart.At at) {
            return at.sequence();
        }
        if (from instanceof TailStart.Since since) {
            return log.sequenceAt(since.timestampNanos());
        }
        return from instanceof TailStart.End ? log.nextSequence() : log.firstSequence();
    }

    private void askToFinish(@Nullable RedexLog log) {
        WorkerRunner thread = runner;
        if (thread == null) {
            return;
        }
        Finish finish = new Finish(log, new CountDownLatch(1));
        commands.add(() -> start(finish));
        thread.wake();
        if (thread.isCurrentThread()) {
            return;
        }
        try {
            if (!finish.done().await(LONGEST_FINISH.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.log(
                        Level.INFO,
                        "log closes before a subscriber has all records: log=" + (log == null ? "(all)" : log.name()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        WorkerRunner thread = runner;
        if (thread != null) {
            thread.wake();
        }
    }

    // --- the worker's

    private int obey() {
        int count = 0;
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
            count++;
        }
        return count;
    }

    private void start(Finish finish) {
        for (Tail tail : tails) {
            if (finish.log() == null || finish.log() == tail.source().log) {
                tail.source().finish();
            }
        }
        finishing.add(finish);
    }

    private boolean isDone(Finish finish) {
        for (Tail tail : tails) {
            if (finish.log() == null || finish.log() == tail.source().log) {
                return false;
            }
        }
        finish.done().countDown();
        return true;
    }

    private void sweep() {
        tails.removeIf(tail -> {
            if (!tail.subscription().hasEnded()) {
                return false;
            }
            leave(tail.source());
            return true;
        });
    }

    private void leave(TailSource source) {
        gate.lock();
        try {
            if (source.remove()) {
                sources.remove(source.log);
            }
        } finally {
            gate.unlock();
        }
    }

    private static void refuse(RedexLog log, Flow.Subscriber<?> subscriber, RuntimeException cause) {
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
            LOG.log(Level.WARNING, "a subscriber threw while it was refused: log=" + log.name(), e);
        }
    }
}
