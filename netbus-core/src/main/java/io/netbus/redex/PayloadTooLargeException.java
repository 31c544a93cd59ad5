package io.netbus.redex;

import org.jspecify.annotations.Nullable;

/** A record is larger than the log's limit; nothing was written. A retry cannot help. */
public final class PayloadTooLargeException extends RedexException {

    private static final long serialVersionUID = 1L;

    PayloadTooLargeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static PayloadTooLargeException of(String log, int payloadBytes, int maxPayloadBytes) {
        return new PayloadTooLargeException(
                "payload does not fit: log=" + log + ", payloadBytes=" + payloadBytes + ", maxPayloadBytes="
                        + maxPayloadBytes + " (set by LogConfig)",
                null);
    }
}
