package io.netbus.benchmark.ingest;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.EventReader;
import io.netbus.adapter.ShardStream;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import io.netbus.event.EventBatch;
import io.netbus.event.EventLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads every payload byte of every event, and keeps none. */
public final class CountingAdapter implements Adapter {

    private final Tally tally;

    /** @param tally added to by the shard's worker; one shard at a time may have events */
    public CountingAdapter(Tally tally) {
        this.tally = tally;
    }

    @Override
    public String name() {
        return "counting";
    }

    @Override
    public List<String> channels() {
        return List.of();
    }

    @Override
    public int open(String channel, int shardsIfNew) {
        return shardsIfNew;
    }

    @Override
    public ShardStream stream(String channel, int shard) {
        return new Stream(shard, tally);
    }

    @Override
    public void close() {}

    private static final class Stream implements ShardStream {

        private final int shard;
        private final Tally tally;
        private volatile long nextSequence; // written by the worker

        Stream(int shard, Tally tally) {
            this.shard = shard;
            this.tally = tally;
        }

        @Override
        public int shard() {
            return shard;
        }

        @Override
        public long write(EventBatch batch) {
            long first = nextSequence;
            ByteBuffer events = batch.encoded().duplicate().order(ByteOrder.LITTLE_ENDIAN);
            int at = events.position();
            for (int i = 0; i < batch.count(); i++) {
                int length = events.getInt(at);
                tally.add(sum(events, at + Integer.BYTES + EventLayout.BARE_HEAD_BYTES));
                at += Integer.BYTES + length;
            }
            nextSequence = first + batch.count();
            return first;
        }

        private static long sum(ByteBuffer bytes, int at) {
            long sum = 0;
            for (int i = 0; i < Payloads.BYTES; i += Long.BYTES) {
                sum += bytes.getLong(at + i);
            }
            return sum;
        }

        @Override
        public CompletionStage<Void> whenForced(long next) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public long firstSequence() {
            return nextSequence;
        }

        @Override
        public long nextSequence() {
            return nextSequence;
        }

        @Override
        public long forcedSequence() {
            return nextSequence;
        }

        @Override
        public int epoch() {
            return 0;
        }

        @Override
        public long validUpTo(int epoch) {
            return nextSequence();
        }

        @Override
        public EventReader reader(long fromSequence) {
            return new NothingKept(nextSequence);
        }

        @Override
        public Runnable onWrite(Runnable hint) {
            return () -> {};
        }
    }

    private record NothingKept(long position) implements EventReader {

        @Override
        public void seek(long sequence) {}

        @Override
        public int read(EventHandler handler, int maxEvents) {
            return 0;
        }

        @Override
        public void close() {}
    }
}
