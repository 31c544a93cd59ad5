package io.netbus.adapter;

import io.netbus.event.EventView;

/** Reads a stream forward, without taking anything out of it. <b>Threads:</b> one at a time. Must be closed. */
public interface EventReader extends AutoCloseable {

    /** The sequence of the next event to read. */
    long position();

    /** Goes to another sequence, as {@link ShardStream#reader} does. */
    void seek(long sequence);

    /**
     * Hands over the events from {@link #position()} on that exist now, in order, until {@code maxEvents} were handed
     * over, the handler returned false, or the end is reached. Never waits.
     *
     * @return how many were handed over; 0 at the end
     * @throws AdapterException if the next event cannot be read; the position stays before it
     */
    int read(EventHandler handler, int maxEvents);

    @Override
    void close();

    /** Takes events one by one. */
    @FunctionalInterface
    interface EventHandler {

        /**
         * Takes one event, which counts as read whatever is returned.
         *
         * @param timestampNanos nanoseconds since 1970
         * @param event valid only during the call
         * @return whether to go on
         */
        boolean accept(long sequence, long timestampNanos, EventView event);
    }
}
