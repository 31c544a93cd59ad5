package io.netbus.benchmark.ingest;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.SpscArrayQueue;
import org.jspecify.annotations.Nullable;

/** A queue of references to copies: into new arrays, or into arrays used again once the queue has gone round. */
final class JctoolsPipe implements Pipe {

    private final MessagePassingQueue<byte[]> queue;
    private final byte @Nullable [][] pool;
    private final Poller consumer;
    private int next;

    private JctoolsPipe(Tally tally, MessagePassingQueue<byte[]> queue, boolean pooled) {
        this.queue = queue;
        this.pool = pooled ? new byte[2 * Ingest1.EVENTS_IN_FLIGHT][Payloads.BYTES] : null;
        this.consumer = new Poller(() -> queue.drain(payload -> tally.add(Payloads.sum(payload, 0)), 1024));
    }

    static JctoolsPipe spsc(Tally tally, boolean pooled) {
        return new JctoolsPipe(tally, new SpscArrayQueue<>(Ingest1.EVENTS_IN_FLIGHT), pooled);
    }

    static JctoolsPipe mpsc(Tally tally, boolean pooled) {
        return new JctoolsPipe(tally, new MpscArrayQueue<>(Ingest1.EVENTS_IN_FLIGHT), pooled);
    }

    @Override
    public void send(byte[] payload) {
        byte[] copy;
        if (pool == null) {
            copy = payload.clone();
        } else {
            copy = pool[next++ & (pool.length - 1)];
            System.arraycopy(payload, 0, copy, 0, payload.length);
        }
        for (int idle = 0; !queue.offer(copy); ) {
            Poller.pause(++idle);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
