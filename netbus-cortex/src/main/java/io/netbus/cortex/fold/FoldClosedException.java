package io.netbus.cortex.fold;

import org.jspecify.annotations.Nullable;

/** The model is closed; nothing was appended. A retry cannot help. */
public final class FoldClosedException extends FoldException {

    private static final long serialVersionUID = 1L;

    FoldClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
