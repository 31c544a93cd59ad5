package io.netbus.redex.index;

import org.jspecify.annotations.Nullable;

/** The index does not follow its log any more: it is closed, or has failed for the cause given. */
public final class IndexStoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private IndexStoppedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static IndexStoppedException of(String log, long nextSequence, @Nullable Throwable failure) {
        return new IndexStoppedException(
                failure == null
                        ? "index is closed: log=" + log + ", nextSequence=" + nextSequence
                        : "index has failed: log=" + log + ", nextSequence=" + nextSequence + ", cause=" + failure
                                + " (open it again to go on from there)",
                failure);
    }
}
