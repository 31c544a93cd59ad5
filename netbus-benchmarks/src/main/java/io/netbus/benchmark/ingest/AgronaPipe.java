package io.netbus.benchmark.ingest;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** A ring of bytes outside the heap, claimed, filled in place and committed. */
final class AgronaPipe implements Pipe {

    private static final int MESSAGE_TYPE = 1;
    private static final int BYTES_IN_FLIGHT = Ingest1.EVENTS_IN_FLIGHT * 128; // a power of two; a message takes 72

    private final RingBuffer ring;
    private final Poller consumer;

    private AgronaPipe(Tally tally, RingBuffer ring) {
        this.ring = ring;
        this.consumer =
                new Poller(() -> ring.read((type, buffer, index, length) -> tally.add(sum(buffer, index)), 1024));
    }

    static AgronaPipe oneToOne(Tally tally) {
        return new AgronaPipe(tally, new OneToOneRingBuffer(memory()));
    }

    static AgronaPipe manyToOne(Tally tally) {
        return new AgronaPipe(tally, new ManyToOneRingBuffer(memory()));
    }

    @Override
    public void send(byte[] payload) {
        int index = ring.tryClaim(MESSAGE_TYPE, payload.length);
        for (int idle = 0; index < 0; index = ring.tryClaim(MESSAGE_TYPE, payload.length)) {
            Poller.pause(++idle);
        }
        ring.buffer().putBytes(index, payload, 0, payload.length);
        ring.commit(index);
    }

    @Override
    public void close() {
        consumer.close();
    }

    static long sum(DirectBuffer buffer, int index) {
        long sum = 0;
        for (int i = 0; i < Payloads.BYTES; i += Long.BYTES) {
            sum += buffer.getLong(index + i); // native order, which is little-endian where these peers run
        }
        return sum;
    }

    private static UnsafeBuffer memory() {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES_IN_FLIGHT + RingBufferDescriptor.TRAILER_LENGTH));
    }
}
