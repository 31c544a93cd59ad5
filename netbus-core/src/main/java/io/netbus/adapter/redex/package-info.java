/** Batches into RedEX logs, one log per shard, and back: {@link io.netbus.adapter.redex.RedexAdapter}. */
@NullMarked
package io.netbus.adapter.redex;

import org.jspecify.annotations.NullMarked;
