package io.netbus.cortex.fold;

import org.jspecify.annotations.Nullable;

/**
 * A write is visible, but whether it survives a power cut is not known: the wait was interrupted (the interrupt status
 * is kept), or the force failed. Writing the same again is safe, and returns once the answer is durable.
 */
public final class DurabilityUnknownException extends FoldException {

    private static final long serialVersionUID = 1L;

    private final transient WriteResult result;

    DurabilityUnknownException(String message, @Nullable Throwable cause, WriteResult result) {
        super(message, cause);
        this.result = result;
    }

    /** What became of the write in this process. */
    public WriteResult result() {
        return result;
    }
}
