package io.netbus.adapter;

import org.jspecify.annotations.Nullable;

/** The backend failed; unless it is {@link RetryableAdapterException}, a retry cannot help. */
public class AdapterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AdapterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
