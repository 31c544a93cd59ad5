/**
 * One loop on one thread: {@link io.netbus.worker.Worker} says what to do, {@link io.netbus.worker.WorkerRunner} runs
 * it, waits while there is nothing to do, and stops it. Knows no event, shard or log.
 */
@NullMarked
package io.netbus.worker;

import org.jspecify.annotations.NullMarked;
