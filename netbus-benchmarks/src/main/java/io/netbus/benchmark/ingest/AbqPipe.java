package io.netbus.benchmark.ingest;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** The JDK's bounded queue of references to copies, as most programs use it: put, and take with all that is there. */
final class AbqPipe implements Pipe {

    private static final int DRAIN_EVENTS = 1024;

    private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(Ingest1.EVENTS_IN_FLIGHT);
    private final Thread consumer;

    AbqPipe(Tally tally) {
        consumer = new Thread(() -> consume(tally), "consumer");
        consumer.setDaemon(true);
        consumer.start();
    }

    private void consume(Tally tally) {
        List<byte[]> payloads = new ArrayList<>(DRAIN_EVENTS + 1);
        try {
            while (true) {
                payloads.add(queue.take());
                queue.drainTo(payloads, DRAIN_EVENTS);
                payloads.forEach(payload -> tally.add(Payloads.sum(payload, 0)));
                payloads.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public void send(byte[] payload) {
        try {
            queue.put(payload.clone());
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while sending", e);
        }
    }

    @Override
    public void close() {
        consumer.interrupt();
        Poller.join(consumer);
    }
}
