package io.netbus.cortex.fold;

import org.jspecify.annotations.Nullable;

/** A write is in the log, but could not be folded and stays out of the state; a retry would meet the same. */
public final class EventQuarantinedException extends FoldException {

    private static final long serialVersionUID = 1L;

    EventQuarantinedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
