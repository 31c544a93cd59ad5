package io.netbus.benchmark.ingest;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The JDK's unbounded queue of references to copies. */
final class ClqPipe implements Pipe {

    private final Queue<byte[]> queue = new ConcurrentLinkedQueue<>();
    private final Poller consumer;

    ClqPipe(Tally tally) {
        consumer = new Poller(() -> {
            byte[] payload = queue.poll();
            if (payload == null) {
                return 0;
            }
            tally.add(Payloads.sum(payload, 0));
            return 1;
        });
    }

    @Override
    public void send(byte[] payload) {
        queue.add(payload.clone());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
