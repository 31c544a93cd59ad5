/**
 * The bus the way Spring code wants it.
 * <p>
 * Start at {@link io.netbus.spring.NetbusTemplate}: objects in, objects out as a {@code Flux}. {@link
 * io.netbus.spring.EventBusFactoryBean} and {@link io.netbus.spring.StreamCompletion} tie the bus and what watches it to
 * the life of an application context. Knows Spring's context, not Boot: nothing here decides what exists.
 */
@NullMarked
package io.netbus.spring;

import org.jspecify.annotations.NullMarked;
