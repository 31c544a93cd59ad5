/**
 * RedEX: named, append-only logs of records, on local disk or in memory.
 * <p>
 * Start at {@link io.netbus.redex.Redex}. Appends to one log are serialized inside it; any number of threads read
 * without waiting for them. What a reader has not read yet stays in the log, so a slow one costs nobody anything: it
 * pulls by {@link io.netbus.redex.LogCursor}, or lets {@link io.netbus.redex.RedexLog#tail} push what it asks for.
 * Records are bytes: nothing here knows events, shards or Spring.
 */
@NullMarked
package io.netbus.redex;

import org.jspecify.annotations.NullMarked;
