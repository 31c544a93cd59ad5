package io.netbus.bus;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.netbus.adapter.Adapter;
import io.netbus.consume.Cursor;
import io.netbus.consume.PollRequest;
import io.netbus.consume.PollResult;
import io.netbus.consume.PushWorker;
import io.netbus.consume.SourceHold;
import io.netbus.consume.StreamRequest;
import io.netbus.event.Durability;
import io.netbus.event.Event;
import io.netbus.event.IngestResult;
import io.netbus.event.ShardStats;
import io.netbus.event.StoredEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Flow;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keeps the channels and the one worker that pushes; as a channel it is the default one. */
final class DefaultEventBus implements EventBus {

    private static final long LONGEST_PUSH_CLOSE_NANOS = SECONDS.toNanos(5);
    private static final Pattern CHANNEL_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,99}");

    private final Adapter adapter;
    private final EventBusConfig config;
    private final PushWorker push;
    private final Map<String, DefaultEventChannel> channels = new ConcurrentSkipListMap<>();
    private final DefaultEventChannel defaultChannel;
    private @Nullable CloseReport closeReport; // under this

    private DefaultEventBus(Adapter adapter, EventBusConfig config) {
        this.adapter = adapter;
        this.config = config;
        this.push = PushWorker.start();
        try {
            for (String name : adapter.channels()) {
                channels.put(name, DefaultEventChannel.open(name, adapter, config, push));
            }
            this.defaultChannel = openChannel(DEFAULT_CHANNEL);
        } catch (RuntimeException | Error e) {
            close(Duration.ZERO); // nobody else can end the threads that run already
            throw e;
        }
    }

    static EventBus open(Adapter adapter, EventBusConfig config) {
        return new DefaultEventBus(adapter, config);
    }

    @Override
    public EventChannel channel(String name) {
        DefaultEventChannel channel = channels.get(name);
        if (channel != null) {
            return channel;
        }
        if (!CHANNEL_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("channel name is not of the form " + CHANNEL_NAME + ": name=" + name);
        }
        return openChannel(name);
    }

    @Override
    public List<EventChannel> channels() {
        return List.copyOf(channels.values());
    }

    @Override
    public void completeStreams() {
        push.completeAll();
    }

    @Override
    public void close() {
        close(config.closeTimeout());
    }

    @Override
    public synchronized CloseReport close(Duration deadline) {
        CloseReport report = closeReport;
        if (report != null) {
            return report;
        }
        long start = System.nanoTime();
        long deadlineNanos = start + Math.max(0, NANOSECONDS.convert(deadline));
        channels.values().forEach(DefaultEventChannel::refuseNew);
        try {
            channels.values().forEach(channel -> channel.finish(deadlineNanos));
        } finally {
            push.close(Duration.ofNanos(
                    Math.min(LONGEST_PUSH_CLOSE_NANOS, Math.max(0, deadlineNanos - System.nanoTime()))));
        }
        long lost = 0;
        long unforced = 0;
        for (DefaultEventChannel channel : channels.values()) {
            lost += channel.lostEvents();
            unforced += channel.unforcedEvents();
        }
        report = new CloseReport(lost, unforced, Duration.ofNanos(System.nanoTime() - start));
        closeReport = report;
        return report;
    }

    private synchronized DefaultEventChannel openChannel(String name) {
        DefaultEventChannel channel = channels.get(name);
        if (channel != null) {
            return channel;
        }
        if (closeReport != null) {
            throw new IllegalStateException("bus is closed: channel=" + name);
        }
        channel = DefaultEventChannel.open(name, adapter, config, push);
        channels.put(name, channel);
        return channel;
    }

    // ---- the default channel

    @Override
    public String name() {
        return defaultChannel.name();
    }

    @Override
    public IngestResult ingest(byte[] payload) {
        return defaultChannel.ingest(payload);
    }

    @Override
    public IngestResult ingest(byte[] payload, int offset, int length) {
        return defaultChannel.ingest(payload, offset, length);
    }

    @Override
    public IngestResult ingest(String key, byte[] payload) {
        return defaultChannel.ingest(key, payload);
    }

    @Override
    public IngestResult ingest(Event event) {
        return defaultChannel.ingest(event);
    }

    @Override
    public CompletionStage<PublishResult> publish(Event event, Durability level) {
        return defaultChannel.publish(event, level);
    }

    @Override
    public FlushResult flush(Durability level, Duration timeout) {
        return defaultChannel.flush(level, timeout);
    }

    @Override
    public List<ShardStats> stats() {
        return defaultChannel.stats();
    }

    @Override
    public PollResult poll(PollRequest request) {
        return defaultChannel.poll(request);
    }

    @Override
    public Flow.Publisher<StoredEvent> events(StreamRequest request) {
        return defaultChannel.events(request);
    }

    @Override
    public Cursor end() {
        return defaultChannel.end();
    }

    @Override
    public CompletionStage<Void> whenForced(Cursor cursor) {
        return defaultChannel.whenForced(cursor);
    }

    @Override
    public SourceHold hold(String owner, @Nullable Cursor from) {
        return defaultChannel.hold(owner, from);
    }

    @Override
    public Runnable onEvents(Runnable hint) {
        return defaultChannel.onEvents(hint);
    }
}
