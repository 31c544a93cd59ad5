package io.netbus.cortex.fold;

import org.jspecify.annotations.Nullable;

/** A model could not keep a promise; each subtype says which one and whether a retry can help. */
public abstract class FoldException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FoldException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
