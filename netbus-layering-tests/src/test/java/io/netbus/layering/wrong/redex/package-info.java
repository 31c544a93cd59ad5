/** A log that knows events. */
@NullMarked
package io.netbus.layering.wrong.redex;

import org.jspecify.annotations.NullMarked;
