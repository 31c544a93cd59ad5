package io.netbus.cortex.bridge;

import io.netbus.adapter.EventReader;
import io.netbus.adapter.ShardStream;
import io.netbus.consume.ChannelReader;
import io.netbus.consume.EventSource;
import io.netbus.consume.PushWorker;
import io.netbus.event.Event;
import io.netbus.event.EventBatch;
import io.netbus.event.EventView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A channel in memory that outlives its readers, is forced when told to, and loses what was not in a power cut. */
public final class TestChannel implements AutoCloseable {

    private final PushWorker push = PushWorker.start();
    private final List<Shard> shards = new ArrayList<>();
    private final ChannelReader reader;

    public TestChannel(String name, int shardCount) {
        for (int i = 0; i < shardCount; i++) {
            shards.add(new Shard(i));
        }
        reader = new ChannelReader(name, List.copyOf(shards), push);
    }

    public EventSource source() {
        return reader;
    }

    /** Stores an event in a shard; the caller alone decides whether it is forced. */
    public void append(int shard, String text) {
        shards.get(shard).append(Event.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** From here on events are forced as soon as they are stored, or only by {@link #force()}. */
    public void forceAlways(boolean always) {
        shards.forEach(shard -> shard.forceAlways = always);
        if (always) {
            force();
        }
    }

    public void force() {
        shards.forEach(Shard::force);
    }

    /** Every event stored, by shard. */
    public List<String> events(int shard) {
        return shards.get(shard).texts();
    }

    /** Loses what was not forced. */
    public void cutPower() {
        shards.forEach(Shard::cutPower);
    }

    @Override
    public void close() {
        push.close();
    }

    private record Waiter(long nextSequence, CompletableFuture<Void> done) {}

    private static final class Shard implements ShardStream {

        private final int shard;
        private final List<byte[]> events = new ArrayList<>(); // guarded by this, as all below
        private final List<Waiter> waiters = new ArrayList<>();
        private long forced;
        private int epoch;
        private long epochStart;

        private final List<Runnable> hints = new CopyOnWriteArrayList<>();
        private volatile boolean forceAlways = true;

        Shard(int shard) {
            this.shard = shard;
        }

        void append(Event event) {
            byte[] encoded = new byte[event.encodedBytes()];
            event.copyTo(encoded, 0);
            synchronized (this) {
                events.add(encoded);
            }
            if (forceAlways) {
                force();
            }
            hints.forEach(Runnable::run);
        }

        void force() {
            List<Waiter> reached;
            synchronized (this) {
                forced = events.size();
                reached = waiters.stream()
                        .filter(waiter -> waiter.nextSequence() <= forced)
                        .toList();
                waiters.removeAll(reached);
            }
            reached.forEach(waiter -> waiter.done().complete(null));
        }

        synchronized void cutPower() {
            if (events.size() > forced) {
                events.subList((int) forced, events.size()).clear();
                epoch++;
                epochStart = forced;
            }
            waiters.clear();
        }

        synchronized List<String> texts() {
            return events.stream()
                    .map(encoded ->
                            new EventView().wrap(ByteBuffer.wrap(encoded)).toEvent())
                    .map(event -> new String(event.toByteArray(), StandardCharsets.UTF_8))
                    .toList();
        }

        @Override
        public int shard() {
            return shard;
        }

        @Override
        public long write(EventBatch batch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public synchronized CompletionStage<Void> whenForced(long nextSequence) {
            Waiter waiter = new Waiter(nextSequence, new CompletableFuture<>());
            if (nextSequence <= forced) {
                waiter.done().complete(null);
            } else {
                waiters.add(waiter);
            }
            return waiter.done();
        }

        @Override
        public long firstSequence() {
            return 0;
        }

        @Override
        public synchronized long nextSequence() {
            return events.size();
        }

        @Override
        public synchronized long forcedSequence() {
            return forced;
        }

        @Override
        public synchronized int epoch() {
            return epoch;
        }

        @Override
        public synchronized long validUpTo(int asked) {
            return asked < epoch ? epochStart : nextSequence();
        }

        private synchronized byte[] event(long sequence) {
            return events.get((int) sequence);
        }

        @Override
        public EventReader reader(long fromSequence) {
            return new Reader(fromSequence);
        }

        @Override
        public Runnable onWrite(Runnable hint) {
            hints.add(hint);
            return () -> hints.remove(hint);
        }

        private final class Reader implements EventReader {

            private long position;

            Reader(long position) {
                this.position = position;
            }

            @Override
            public long position() {
                return position;
            }

            @Override
            public void seek(long sequence) {
                position = sequence;
            }

            @Override
            public int read(EventHandler handler, int maxEvents) {
                int count = 0;
                while (count < maxEvents && position < nextSequence()) {
                    count++;
                    long sequence = position++;
                    if (!handler.accept(sequence, sequence, new EventView().wrap(ByteBuffer.wrap(event(sequence))))) {
                        break;
                    }
                }
                return count;
            }

            @Override
            public void close() {}
        }
    }
}
