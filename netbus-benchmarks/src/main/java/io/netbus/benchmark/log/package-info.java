/** Row {@code log-append-64}: records appended one by one to a log on disk. */
@NullMarked
package io.netbus.benchmark.log;

import org.jspecify.annotations.NullMarked;
