package io.netbus.benchmark.ingest;

/** A way from one producer to one consumer, which has been given the tally it adds to. */
interface Pipe extends AutoCloseable {

    /** Copies the payload and hands it on, waiting for room if there is none. One thread. */
    void send(byte[] payload);

    /** Ends the consumer. */
    @Override
    void close();
}
