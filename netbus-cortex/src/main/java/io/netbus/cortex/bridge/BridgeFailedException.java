package io.netbus.cortex.bridge;

import org.jspecify.annotations.Nullable;

/** The bridge cannot go on, as the message says; a retry cannot help. What it has handled stays in the model. */
public final class BridgeFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BridgeFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
