package io.netbus.benchmark.ingest;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;

/** A ring of preallocated events, each with an array the payload is copied into; handled on the Disruptor's thread. */
final class DisruptorPipe implements Pipe {

    private final Disruptor<byte[]> disruptor;
    private final RingBuffer<byte[]> ring;

    DisruptorPipe(Tally tally, ProducerType producers) {
        disruptor = new Disruptor<>(
                () -> new byte[Payloads.BYTES],
                Ingest1.EVENTS_IN_FLIGHT,
                task -> {
                    Thread thread = new Thread(task, "consumer");
                    thread.setDaemon(true);
                    return thread;
                },
                producers,
                new YieldingWaitStrategy());
        disruptor.handleEventsWith((event, sequence, endOfBatch) -> tally.add(Payloads.sum(event, 0)));
        ring = disruptor.start();
    }

    static DisruptorPipe single(Tally tally) {
        return new DisruptorPipe(tally, ProducerType.SINGLE);
    }

    static DisruptorPipe multi(Tally tally) {
        return new DisruptorPipe(tally, ProducerType.MULTI);
    }

    @Override
    public void send(byte[] payload) {
        long sequence = ring.next();
        System.arraycopy(payload, 0, ring.get(sequence), 0, payload.length);
        ring.publish(sequence);
    }

    @Override
    public void close() {
        disruptor.shutdown();
    }
}
