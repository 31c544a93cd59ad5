package io.netbus.cortex.fold;

import org.jspecify.annotations.Nullable;

/**
 * The model's log cannot be read or written, as the cause says: it neither answers nor takes writes until it is opened
 * again. Whether the write that meets this first survives is unknown.
 */
public final class FoldHaltedException extends FoldException {

    private static final long serialVersionUID = 1L;

    FoldHaltedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
