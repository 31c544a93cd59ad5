package io.netbus.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.adapter.RetryableAdapterException;
import io.netbus.event.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReadErrorTests {

    private final AtomicLong nanos = new AtomicLong();
    private final PushWorker worker = new PushWorker(nanos::get);
    private final MemoryStream broken = new MemoryStream(0);
    private final MemoryStream sound = new MemoryStream(0);
    private final ChannelReader first = new ChannelReader("first", List.of(broken), worker, nanos::get);
    private final ChannelReader second = new ChannelReader("second", List.of(sound), worker, nanos::get);

    @Test
    void aReadWithoutMemoryIsTriedAgainAndHoldsNobodyUp() {
        Collector waiting = subscribe(first);
        Collector served = subscribe(second);
        broken.readError = new OutOfMemoryError("thrown by a test");
        worker.doWork();
        assertThat(served.events).hasSize(1);
        assertThat(waiting.events).isEmpty();
        assertThat(waiting.failure).isNull();
        assertThat(broken.openReaders).hasValue(0);
        assertThatThrownBy(() -> first.poll(PollRequest.first(1))).isInstanceOf(RetryableAdapterException.class);

        broken.readError = null;
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        worker.doWork();
        assertThat(waiting.events).hasSize(1);
    }

    @Test
    void anyOtherErrorEndsTheOneItIsOf() {
        Collector failed = subscribe(first);
        Collector served = subscribe(second);
        broken.readError = new StackOverflowError("thrown by a test");
        worker.doWork();
        assertThat(failed.failure).isInstanceOf(StackOverflowError.class);
        assertThat(served.events).hasSize(1);
    }

    private Collector subscribe(ChannelReader reader) {
        (reader == first ? broken : sound).append(new byte[1]);
        Collector collector = new Collector();
        reader.events(StreamRequest.fromBeginning()).subscribe(collector);
        return collector;
    }

    private static final class Collector implements Flow.Subscriber<StoredEvent> {

        private final List<StoredEvent> events = new ArrayList<>();
        private @Nullable Throwable failure;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(StoredEvent event) {
            events.add(event);
        }

        @Override
        public void onError(Throwable cause) {
            failure = cause;
        }

        @Override
        public void onComplete() {}
    }
}
