/** A package nobody decided about. */
@NullMarked
package io.netbus.layering.wrong.stray;

import org.jspecify.annotations.NullMarked;
