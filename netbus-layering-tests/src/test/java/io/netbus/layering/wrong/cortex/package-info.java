/** A model that needs Spring. */
@NullMarked
package io.netbus.layering.wrong.cortex;

import org.jspecify.annotations.NullMarked;
