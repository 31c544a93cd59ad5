package io.netbus.redex;

import org.jspecify.annotations.Nullable;

/** Bytes that were forced to disk fail their checksum. Nothing was changed; the message says where. */
public final class CorruptLogException extends RedexException {

    private static final long serialVersionUID = 1L;

    CorruptLogException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
