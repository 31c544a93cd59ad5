package io.netbus.event;

/** Bytes that should be an event are not one. A retry cannot help. */
public final class MalformedEventException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedEventException(String message) {
        super(message);
    }
}
