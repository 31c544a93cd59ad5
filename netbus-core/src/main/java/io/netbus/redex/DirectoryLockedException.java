package io.netbus.redex;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Another process holds the directory; nothing was changed. A retry helps once it has let go. */
public final class DirectoryLockedException extends RedexException {

    private static final long serialVersionUID = 1L;

    DirectoryLockedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static DirectoryLockedException of(Path directory, String holder, Duration waited) {
        return new DirectoryLockedException(
                "directory is in use: directory=" + directory + ", holder=" + holder + ", waited=" + waited
                        + " (stop the holder, wait longer by RedexConfig.lockWait, or use a directory of your own)",
                null);
    }
}
