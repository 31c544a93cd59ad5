/** An auto-configuration open to subclasses, and a public type too many. */
@NullMarked
package io.netbus.layering.wrong.autoconfigure;

import org.jspecify.annotations.NullMarked;
