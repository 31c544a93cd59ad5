package io.netbus.redex;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The directory is on a file system that other machines may write to as well; nothing was created or changed. */
public final class NetworkFileSystemException extends RedexException {

    private static final long serialVersionUID = 1L;

    NetworkFileSystemException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static NetworkFileSystemException of(Path directory, String type) {
        return new NetworkFileSystemException(
                "directory is on a network file system, where a lock may not keep others out and a force may not last:"
                        + " directory=" + directory + ", type=" + type
                        + " (use a local disk, or set RedexConfig.allowNetworkFileSystem)",
                null);
    }
}
