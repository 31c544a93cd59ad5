/**
 * The way out: where a shard's batches go, and where they are read back.
 * <p>
 * Implement {@link io.netbus.adapter.Adapter} to keep events elsewhere, and extend its contract suite in {@code
 * netbus-test}. Knows events alone.
 */
@NullMarked
package io.netbus.adapter;

import org.jspecify.annotations.NullMarked;
