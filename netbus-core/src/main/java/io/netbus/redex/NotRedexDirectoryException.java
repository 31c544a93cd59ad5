package io.netbus.redex;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** There are no logs where somebody wants to look into them; nothing was changed. */
public final class NotRedexDirectoryException extends RedexException {

    private static final long serialVersionUID = 1L;

    NotRedexDirectoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static NotRedexDirectoryException missing(Path directory) {
        return new NotRedexDirectoryException("directory is missing: directory=" + directory, null);
    }

    static NotRedexDirectoryException noLogs(Path directory) {
        return new NotRedexDirectoryException(
                "not a RedEX directory: directory=" + directory + " (it holds neither a lock file nor a log)", null);
    }

    static NotRedexDirectoryException noSuchLog(Path directory, String log) {
        return new NotRedexDirectoryException("no such log: log=" + log + ", directory=" + directory, null);
    }
}
