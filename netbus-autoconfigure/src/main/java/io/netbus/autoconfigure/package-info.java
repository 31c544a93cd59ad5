/**
 * Decides which netbus beans exist; the settings are {@link io.netbus.autoconfigure.NetbusProperties}.
 * <p>
 * Every bean backs off for one of the user's own. The order is the data's: {@link
 * io.netbus.autoconfigure.RedexAutoConfiguration}, {@link io.netbus.autoconfigure.CortexAutoConfiguration}, {@link
 * io.netbus.autoconfigure.NetbusAutoConfiguration}. A bean is destroyed before those it was made of, so a closing
 * context shuts the door first, drains the lanes into the logs, folds what is in them, and closes the logs last.
 */
@NullMarked
package io.netbus.autoconfigure;

import org.jspecify.annotations.NullMarked;
