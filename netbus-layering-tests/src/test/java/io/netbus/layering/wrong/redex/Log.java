package io.netbus.layering.wrong.redex;

import io.netbus.layering.wrong.event.Event;

/** Breaks the table: a holder that knows its neighbour. */
public final class Log {

    public void append(Event event) {}
}
