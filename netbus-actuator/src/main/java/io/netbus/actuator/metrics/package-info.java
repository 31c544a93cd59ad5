/**
 * Meters under {@code netbus.}: {@link io.netbus.actuator.metrics.NetbusMeters} declares each, {@link
 * io.netbus.actuator.metrics.NetbusMetrics} binds them. Values are read when a registry asks, on its thread.
 */
@NullMarked
package io.netbus.actuator.metrics;

import org.jspecify.annotations.NullMarked;
