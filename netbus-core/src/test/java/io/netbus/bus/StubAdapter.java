package io.netbus.bus;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.EventReader;
import io.netbus.adapter.ShardStream;
import io.netbus.event.EventBatch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An adapter of one shard that keeps nothing: it hangs or fails as told. */
final class StubAdapter implements Adapter, ShardStream {

    private final List<String> channels;
    private long nextSequence;

    /** Called within each write, with nothing held. */
    Runnable onWrite = () -> {};

    @Nullable
    RuntimeException readFailure;

    @Nullable
    RuntimeException openFailure;

    StubAdapter(String... channels) {
        this.channels = List.of(channels);
    }

    @Override
    public String name() {
        return "stub";
    }

    @Override
    public List<String> channels() {
        return channels;
    }

    @Override
    public int open(String channel, int shardsIfNew) {
        return channels.contains(channel) ? 1 : shardsIfNew;
    }

    @Override
    public ShardStream stream(String channel, int shard) {
        if (openFailure != null && !channels.contains(channel)) {
            throw openFailure;
        }
        return this;
    }

    @Override
    public int shard() {
        return 0;
    }

    @Override
    public long write(EventBatch batch) {
        onWrite.run();
        synchronized (this) {
            long first = nextSequence;
            nextSequence += batch.count();
            return first;
        }
    }

    @Override
    public CompletionStage<Void> whenForced(long nextSequence) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public long firstSequence() {
        return nextSequence();
    }

    @Override
    public synchronized long nextSequence() {
        return nextSequence;
    }

    @Override
    public long forcedSequence() {
        return nextSequence();
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
        if (readFailure != null) {
            throw readFailure;
        }
        return new EventReader() {
            @Override
            public long position() {
                return nextSequence();
            }

            @Override
            public void seek(long sequence) {}

            @Override
            public int read(EventHandler handler, int maxEvents) {
                return 0;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Runnable onWrite(Runnable hint) {
        return () -> {};
    }

    @Override
    public void close() {}
}
