/**
 * Watching a query of a model: its result now, and again after each change to it.
 * <p>
 * Start at {@link io.netbus.cortex.watch.Watches}. Everything is emitted by the one thread {@code netbus-watch}, which
 * pulls the newest state when a fold hints at a change and a subscriber has asked for more; so a slow subscriber costs
 * no memory. Knows no model.
 */
@NullMarked
package io.netbus.cortex.watch;

import org.jspecify.annotations.NullMarked;
