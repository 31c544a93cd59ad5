package io.netbus.event;

/** A name and a value that travel with an event. Names need not be unique; their order is kept. */
public record Header(String name, String value) {}
