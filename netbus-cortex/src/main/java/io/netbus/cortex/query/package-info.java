/**
 * Words that the questions to all models share: {@link io.netbus.cortex.query.Direction}, {@link
 * io.netbus.cortex.query.Limit}, {@link io.netbus.cortex.query.TextMatch}. Everything here is immutable and knows no
 * model and no log.
 */
@NullMarked
package io.netbus.cortex.query;

import org.jspecify.annotations.NullMarked;
