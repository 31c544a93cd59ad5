/**
 * Reading back across shards: by {@link io.netbus.consume.Cursor} and {@link io.netbus.consume.Filter}, page by page
 * or pushed with demand. Reading takes nothing out. Knows adapters and events, not the bus.
 */
@NullMarked
package io.netbus.consume;

import org.jspecify.annotations.NullMarked;
