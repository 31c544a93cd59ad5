/**
 * CortEX: state folded from the log, answered at memory speed and watched as a {@code Flux}.
 * <p>
 * Start at {@link io.netbus.cortex.Cortex}, which knows all models and puts their parts together. Knows no Spring.
 */
@NullMarked
package io.netbus.cortex;

import org.jspecify.annotations.NullMarked;
