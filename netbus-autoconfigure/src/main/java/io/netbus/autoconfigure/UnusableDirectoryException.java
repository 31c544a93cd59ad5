package io.netbus.autoconfigure;

import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The directory of the logs cannot be created, read or written; nothing was changed. */
final class UnusableDirectoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Path directory;

    UnusableDirectoryException(Path directory, UncheckedIOException cause) {
        super("directory cannot be used: directory=" + directory + ", cause=" + cause.getCause(), cause);
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }
}
