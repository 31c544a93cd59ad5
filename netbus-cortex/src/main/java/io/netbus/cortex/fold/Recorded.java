package io.netbus.cortex.fold;

import io.netbus.cortex.envelope.ModelEvent;

/**
 * An event as it lies in a model's log.
 *
 * @param sequence its record's number, from 0
 * @param timestampNanos its record's stamp, in nanoseconds since 1970; never below that of an earlier record
 */
public record Recorded(long sequence, long timestampNanos, ModelEvent event) {}
