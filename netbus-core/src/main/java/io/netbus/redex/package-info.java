/**
 * RedEX: named, append-only logs of records, on local disk or in memory.
 * <p>
 * Start at {@link io.netbus.redex.Redex}. Appends to one log are serialized inside it; any number of threads read
 * without waiting for them. Records are bytes: nothing here knows events, shards or Spring.
 */
@NullMarked
package io.netbus.redex;

import org.jspecify.annotations.NullMarked;
