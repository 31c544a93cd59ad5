/** One half of a cycle. */
@NullMarked
package io.netbus.layering.wrong.ring.left;

import org.jspecify.annotations.NullMarked;
