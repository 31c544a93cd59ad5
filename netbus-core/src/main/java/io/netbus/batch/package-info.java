/**
 * Takes a shard's events out of its lanes, groups them, and hands them to the adapter: {@link
 * io.netbus.batch.BatchWorker}, one per shard, on a thread of its own.
 */
@NullMarked
package io.netbus.batch;

import org.jspecify.annotations.NullMarked;
