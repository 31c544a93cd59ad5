package io.netbus.redex;

import org.jspecify.annotations.Nullable;

/** A log could not keep a promise; each subtype says which one and in what state it leaves the log. */
public abstract class RedexException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RedexException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
