/**
 * The façade: {@link io.netbus.bus.EventBus} builds shards, workers and readers over an adapter, starts them, and stops
 * them in the order of the data's way. Takes policies and hands numbers inward.
 */
@NullMarked
package io.netbus.bus;

import org.jspecify.annotations.NullMarked;
