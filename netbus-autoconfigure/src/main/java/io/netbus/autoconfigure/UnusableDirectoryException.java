package io.netbus.autoconfigure;

import java.nio.file.Path;

/** The directory of the logs cannot be created, read or written; nothing was changed. */
final class UnusableDirectoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Path directory;

    UnusableDirectoryException(Path directory, Throwable cause) {
        super("directory cannot be used: directory=" + directory + ", cause=" + cause, cause);
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }
}
