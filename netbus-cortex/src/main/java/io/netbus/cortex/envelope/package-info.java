/**
 * How a domain event rides on the bytes of a log's record.
 * <p>
 * Start at {@link io.netbus.cortex.envelope.Envelope}. Everything here is immutable. Stored names are logical, such as
 * {@code task.created}, never the names of classes. Knows no log, no model and no JSON: a body is bytes.
 */
@NullMarked
package io.netbus.cortex.envelope;

import org.jspecify.annotations.NullMarked;
