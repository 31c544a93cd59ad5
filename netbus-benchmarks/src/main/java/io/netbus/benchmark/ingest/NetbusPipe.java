package io.netbus.benchmark.ingest;

import io.netbus.benchmark.run.Tally;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.event.IngestResult;

/** The whole bus with its defaults, over an adapter that counts. */
final class NetbusPipe implements Pipe {

    private final EventBus bus;

    NetbusPipe(Tally tally) {
        bus = EventBus.open(new CountingAdapter(tally), EventBusConfig.defaults());
    }

    @Override
    public void send(byte[] payload) {
        IngestResult result = bus.ingest(payload);
        if (!result.isAccepted()) {
            throw new IllegalStateException("event was refused: result=" + result);
        }
    }

    @Override
    public void close() {
        bus.close();
    }
}
