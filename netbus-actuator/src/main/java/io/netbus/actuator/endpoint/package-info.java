/**
 * The actuator endpoint {@code netbus}: every shard, log, fold and bridge with its numbers, as JSON. Start at {@link
 * io.netbus.actuator.endpoint.NetbusEndpoint}. Reads stats on the caller's thread and does no I/O.
 */
@NullMarked
package io.netbus.actuator.endpoint;

import org.jspecify.annotations.NullMarked;
