/** Decides which of netbus's endpoint, health indicator and meters exist. Every bean backs off for the user's own. */
@NullMarked
package io.netbus.autoconfigure.actuator;

import org.jspecify.annotations.NullMarked;
