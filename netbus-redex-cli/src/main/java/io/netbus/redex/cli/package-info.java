/**
 * A command line that looks into the files of RedEX logs.
 * <p>
 * Start at {@link io.netbus.redex.cli.RedexCli}: one class per command, each asking {@code LogInspector}, which knows the
 * files, and telling the answer as text or as JSON. One thread. Nothing here knows a byte of the format.
 */
@NullMarked
package io.netbus.redex.cli;

import org.jspecify.annotations.NullMarked;
