package io.netbus.batch;

import io.netbus.adapter.EventReader;
import io.netbus.adapter.ShardStream;
import io.netbus.event.Event;
import io.netbus.event.EventBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Keeps what is written in a list; fails as told. */
final class FakeStream implements ShardStream {

    final List<Event> events = new ArrayList<>();
    final List<Integer> batchSizes = new ArrayList<>();

    @Nullable
    RuntimeException failure;

    @Nullable
    Error errorAfterWrite;

    /** Called within each write. */
    Runnable onWrite = () -> {};

    int failuresLeft = Integer.MAX_VALUE;

    @Override
    public int shard() {
        return 0;
    }

    @Override
    public synchronized long write(EventBatch batch) {
        onWrite.run();
        RuntimeException e = failure;
        if (e != null && failuresLeft-- > 0) {
            throw e;
        }
        long first = events.size();
        batch.forEach(view -> events.add(view.toEvent()));
        batchSizes.add(batch.count());
        if (errorAfterWrite != null) {
            throw errorAfterWrite;
        }
        return first;
    }

    @Override
    public CompletionStage<Void> whenForced(long nextSequence) {
        return CompletableFuture.completedFuture(null);
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
        throw new UnsupportedOperationException("nobody reads here");
    }

    @Override
    public Runnable onWrite(Runnable hint) {
        return () -> {};
    }
}
