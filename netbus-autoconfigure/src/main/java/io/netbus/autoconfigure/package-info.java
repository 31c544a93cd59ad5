/**
 * Decides which netbus beans exist; the settings are {@link io.netbus.autoconfigure.NetbusProperties}.
 * <p>
 * Every bean backs off for one of the user's own. {@link io.netbus.autoconfigure.RedexAutoConfiguration} decides about
 * the logs, {@link io.netbus.autoconfigure.NetbusAutoConfiguration} about the bus, {@link
 * io.netbus.autoconfigure.CortexAutoConfiguration} about the models and their bridges. Logs are made first, then
 * models, then the bus, and they go in the opposite order: a closing context shuts the door, drains the lanes into the
 * logs, folds what is in them, and closes the logs last.
 */
@NullMarked
package io.netbus.autoconfigure;

import org.jspecify.annotations.NullMarked;
