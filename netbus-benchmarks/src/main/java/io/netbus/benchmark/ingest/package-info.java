/** Row {@code ingest-1}: from one producer's call to the consumer that has read the bytes. */
@NullMarked
package io.netbus.benchmark.ingest;

import org.jspecify.annotations.NullMarked;
