/** A holder that leans on frameworks, clocks and sleep. */
@NullMarked
package io.netbus.layering.wrong.event;

import org.jspecify.annotations.NullMarked;
