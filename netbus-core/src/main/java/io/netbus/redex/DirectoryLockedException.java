package io.netbus.redex;

import org.jspecify.annotations.Nullable;

/** Another process holds the directory; nothing was changed. A retry helps once it has let go. */
public final class DirectoryLockedException extends RedexException {

    private static final long serialVersionUID = 1L;

    DirectoryLockedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
