/**
 * The health component {@code netbus}: {@link io.netbus.actuator.health.NetbusHealthIndicator}. Reads stats on the
 * caller's thread and does no I/O.
 */
@NullMarked
package io.netbus.actuator.health;

import org.jspecify.annotations.NullMarked;
