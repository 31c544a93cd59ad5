/**
 * The harness: {@link io.netbus.benchmark.run.Runner} starts a JVM per contestant and round, {@link
 * io.netbus.benchmark.run.Fork} is what runs in it. Knows no workload.
 */
@NullMarked
package io.netbus.benchmark.run;

import org.jspecify.annotations.NullMarked;
