/**
 * The rows whose names start with {@code log-}: a log appended to, forced, read, opened, and followed.
 * <p>
 * Start at {@link io.netbus.benchmark.log.LogAppend}; there is a class per family of rows. Who takes part is said by {@code
 * LogKind}, how each does its work by the classes that implement {@code TestedLog}.
 */
@NullMarked
package io.netbus.benchmark.log;

import org.jspecify.annotations.NullMarked;
