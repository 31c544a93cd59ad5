package io.netbus.batch;

import io.netbus.adapter.EventReader;
import io.netbus.adapter.ShardStream;
import io.netbus.event.EventBatch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Stands where a stream is wanted and nothing is written. */
final class NoStream implements ShardStream {

    @Override
    public int shard() {
        return 0;
    }

    @Override
    public long write(EventBatch batch) {
        throw new UnsupportedOperationException("nothing is written here");
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
    public long nextSequence() {
        return 0;
    }

    @Override
    public long forcedSequence() {
        return 0;
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
        throw new UnsupportedOperationException("nothing is read here");
    }

    @Override
    public Runnable onWrite(Runnable hint) {
        return () -> {};
    }
}
