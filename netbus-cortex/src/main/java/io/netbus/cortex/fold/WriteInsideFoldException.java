package io.netbus.cortex.fold;

import org.jspecify.annotations.Nullable;

/**
 * A fold, a command or a bridge's mapping tried to write to the model it is part of, which would wait for itself. Nothing
 * was appended; a mapping writes through what it is handed.
 */
public final class WriteInsideFoldException extends FoldException {

    private static final long serialVersionUID = 1L;

    WriteInsideFoldException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
