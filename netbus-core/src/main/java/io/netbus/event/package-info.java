/**
 * What flows, and what became of it.
 * <p>
 * Start at {@link io.netbus.event.Event}. Everything here is immutable, except the reusable {@link
 * io.netbus.event.EventView}, and knows no other package.
 */
@NullMarked
package io.netbus.event;

import org.jspecify.annotations.NullMarked;
