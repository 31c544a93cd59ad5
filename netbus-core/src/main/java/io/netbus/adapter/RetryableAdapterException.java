package io.netbus.adapter;

import org.jspecify.annotations.Nullable;

/** The backend failed for now and has stored nothing; a retry may help. */
public final class RetryableAdapterException extends AdapterException {

    private static final long serialVersionUID = 1L;

    public RetryableAdapterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
