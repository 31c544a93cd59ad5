/** The other half of a cycle. */
@NullMarked
package io.netbus.layering.wrong.ring.right;

import org.jspecify.annotations.NullMarked;
