package io.netbus.redex;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The directory that a log's name leads to says that it is another log's. Nothing was changed. */
public final class LogNameTakenException extends RedexException {

    private static final long serialVersionUID = 1L;

    LogNameTakenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static LogNameTakenException of(String log, Path directory, String holder) {
        return new LogNameTakenException(
                "log's directory is another log's: log=" + log + ", directory=" + directory + ", holder=" + holder
                        + " (if its file '" + NameFile.FILE_NAME
                        + "' is damaged, restore it from a copy; else give one of the two another name)",
                null);
    }
}
