package io.netbus.cortex.bridge;

import io.netbus.consume.Cursor;
import io.netbus.consume.EventSource;
import io.netbus.consume.PollRequest;
import io.netbus.consume.PollResult;
import io.netbus.consume.SourceHold;
import io.netbus.consume.StreamRequest;
import io.netbus.event.StoredEvent;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Keeps the contract of a source as badly as it may: odd pages, late and failing forces, failing polls, no hints. */
final class FlakySource implements EventSource {

    private final EventSource source;
    private final Random random; // guarded by itself
    private volatile int failOneIn;

    FlakySource(EventSource source, long seed, int failOneIn) {
        this.source = source;
        this.random = new Random(seed);
        this.failOneIn = failOneIn;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public PollResult poll(PollRequest request) {
        if (fails()) {
            throw new IllegalStateException("source is away");
        }
        return source.poll(new PollRequest(
                request.cursor(), 1 + next(request.limit()) / (1 + next(50)), request.filter(), request.maxScan()));
    }

    @Override
    public Flow.Publisher<StoredEvent> events(StreamRequest request) {
        return source.events(request);
    }

    @Override
    public Cursor end() {
        return source.end();
    }

    @Override
    public CompletionStage<Void> whenForced(Cursor cursor) {
        if (fails()) {
            return CompletableFuture.failedFuture(new IllegalStateException("force failed"));
        }
        CompletionStage<Void> forced = source.whenForced(cursor);
        return next(3) == 0 ? forced.thenRunAsync(() -> {}) : forced;
    }

    @Override
    public SourceHold hold(String owner, @Nullable Cursor from) {
        if (fails()) {
            throw new IllegalStateException("source is away");
        }
        return source.hold(owner, from);
    }

    @Override
    public Runnable onEvents(Runnable hint) {
        return () -> {};
    }

    /** Fails no more. */
    void heal() {
        failOneIn = Integer.MAX_VALUE;
    }

    private boolean fails() {
        int oneIn = failOneIn;
        return oneIn < Integer.MAX_VALUE && next(oneIn) == 0;
    }

    private int next(int bound) {
        synchronized (random) {
            return random.nextInt(bound);
        }
    }
}
