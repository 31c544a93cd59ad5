package io.netbus.cortex.envelope;

import org.jspecify.annotations.Nullable;

/** Bytes that should be an envelope are not one. A retry cannot help. */
public final class MalformedEnvelopeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedEnvelopeException(@Nullable String message) {
        super(message);
    }
}
