/**
 * An index in memory over a log: which values belong to a key, kept up to date by reading the log.
 * <p>
 * Start at {@link io.netbus.redex.index.LogIndex}. A thread of its own, {@code netbus-index-<log>}, reads the log by
 * cursor and publishes versions that never change; any number of threads read those without a lock. It knows what the
 * user's projection says of each record, and no events, envelopes or models.
 */
@NullMarked
package io.netbus.redex.index;

import org.jspecify.annotations.NullMarked;
