/**
 * Measures netbus against simple code that does only the physical work (floors) and against other libraries (peers).
 * <p>
 * Start at {@link io.netbus.benchmark.Main}. A row is a workload, a contestant is one way to do it; {@code run} spreads
 * contestants over fresh JVMs, {@code ingest} and {@code log} hold the workloads, {@code report} writes what came out.
 * Never published.
 */
@NullMarked
package io.netbus.benchmark;

import org.jspecify.annotations.NullMarked;
