package io.netbus.benchmark.ingest;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.concurrent.Queues;

/** A unicast sink with a bounded queue, consumed on another thread through {@code publishOn}. */
final class ReactorPipe implements Pipe {

    private final Sinks.Many<byte[]> sink = Sinks.many()
            .unicast()
            .onBackpressureBuffer(Queues.<byte[]>get(Ingest1.EVENTS_IN_FLIGHT).get());
    private final Scheduler consumer = Schedulers.newSingle("consumer", true);

    ReactorPipe(Tally tally) {
        sink.asFlux().publishOn(consumer).subscribe(payload -> tally.add(Payloads.sum(payload, 0)));
    }

    @Override
    public void send(byte[] payload) {
        byte[] copy = payload.clone();
        for (int idle = 0; ; ) {
            Sinks.EmitResult result = sink.tryEmitNext(copy);
            if (result == Sinks.EmitResult.OK) {
                return;
            }
            if (result != Sinks.EmitResult.FAIL_OVERFLOW) {
                throw new IllegalStateException("emission failed: result=" + result);
            }
            Poller.pause(++idle);
        }
    }

    @Override
    public void close() {
        consumer.dispose();
    }
}
