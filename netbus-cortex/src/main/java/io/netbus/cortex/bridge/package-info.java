/**
 * Events of a channel into a model, each exactly once.
 * <p>
 * Start at {@link io.netbus.cortex.bridge.Bridge}. Each runs on a worker of its own, {@code netbus-bridge-<name>}: it
 * reads a page, lets the model's {@link io.netbus.cortex.bridge.Mapping} turn it into model events, and appends those
 * and the place in the source as one batch. Knows no model.
 */
@NullMarked
package io.netbus.cortex.bridge;

import org.jspecify.annotations.NullMarked;
