package io.netbus.consume;

import io.netbus.adapter.AdapterException;
import io.netbus.adapter.EventReader;
import io.netbus.adapter.ShardStream;
import io.netbus.adapter.StreamHold;
import io.netbus.event.Event;
import io.netbus.event.EventBatch;
import io.netbus.event.EventView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A shard's stream kept in a list; what the tests of reading write to. */
final class MemoryStream implements ShardStream {

    final AtomicInteger openReaders = new AtomicInteger();
    final AtomicInteger readersOpened = new AtomicInteger();
    volatile @Nullable RuntimeException readFailure; // thrown instead of the event at failureAt
    volatile @Nullable Error readError; // thrown instead of any event
    volatile long failureAt;
    volatile CompletableFuture<Void> forced = CompletableFuture.completedFuture(null);

    volatile String held = ""; // the last hold, while it is one
    volatile boolean failHolds;

    private final int shard;
    private final List<byte[]> events = new ArrayList<>(); // guarded by itself
    private final List<Runnable> hints = new CopyOnWriteArrayList<>();
    private volatile long first;
    private volatile long next;
    private volatile long forcedSequence;
    private int epoch;
    private long epochStart;

    MemoryStream(int shard) {
        this.shard = shard;
    }

    long append(byte[] payload) {
        return append(Event.of(payload));
    }

    long append(Event event) {
        byte[] encoded = new byte[event.encodedBytes()];
        event.copyTo(encoded, 0);
        long sequence;
        synchronized (events) {
            sequence = events.size();
            events.add(encoded);
            next = sequence + 1;
        }
        hints.forEach(Runnable::run);
        return sequence;
    }

    /** Drops what lies below, as retention does. */
    void evictBelow(long sequence) {
        first = sequence;
    }

    /** Loses the events from there on, as a crash does. */
    void rewriteFrom(long sequence) {
        synchronized (events) {
            events.subList((int) sequence, events.size()).clear();
            next = sequence;
        }
        epoch++;
        epochStart = sequence;
    }

    void forcedTo(long sequence) {
        forcedSequence = sequence;
    }

    int hints() {
        return hints.size();
    }

    @Override
    public int shard() {
        return shard;
    }

    @Override
    public long write(EventBatch batch) {
        long start = next;
        batch.forEach(view -> append(view.toEvent()));
        return start;
    }

    @Override
    public CompletionStage<Void> whenForced(long nextSequence) {
        return forced;
    }

    @Override
    public long firstSequence() {
        return first;
    }

    @Override
    public long nextSequence() {
        return next;
    }

    @Override
    public long forcedSequence() {
        return forcedSequence;
    }

    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public long validUpTo(int asked) {
        return asked < epoch ? epochStart : nextSequence();
    }

    @Override
    public EventReader reader(long fromSequence) {
        openReaders.incrementAndGet();
        readersOpened.incrementAndGet();
        return new Reader(Math.max(fromSequence, first));
    }

    @Override
    public StreamHold hold(String owner, long sequence) {
        if (failHolds) {
            throw new AdapterException("stream is closed", null);
        }
        held = owner + " from " + sequence;
        return new StreamHold() {

            private long from = sequence;

            @Override
            public void moveTo(long target) {
                from = Math.max(from, target);
                held = owner + " from " + from;
            }

            @Override
            public void close() {
                held = "";
            }
        };
    }

    @Override
    public Runnable onWrite(Runnable hint) {
        hints.add(hint);
        return () -> hints.remove(hint);
    }

    private final class Reader implements EventReader {

        private final EventView view = new EventView();
        private long position;
        private boolean closed;

        Reader(long position) {
            this.position = position;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public void seek(long sequence) {
            position = Math.max(sequence, first);
        }

        @Override
        public int read(EventHandler handler, int maxEvents) {
            int count = 0;
            while (count < maxEvents && position < next) {
                Error error = readError;
                if (error != null) {
                    throw error;
                }
                RuntimeException failure = readFailure;
                if (failure != null && position == failureAt) {
                    throw failure;
                }
                byte[] encoded;
                synchronized (events) {
                    encoded = events.get((int) position);
                }
                count++;
                position++;
                long sequence = position - 1;
                if (!handler.accept(sequence, sequence, view.wrap(ByteBuffer.wrap(encoded)))) {
                    break;
                }
            }
            return count;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openReaders.decrementAndGet();
            }
        }
    }
}
