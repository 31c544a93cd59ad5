package io.netbus.redex;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A later release wrote the log in a format this one cannot read; nothing was changed. A retry cannot help. */
public final class UnsupportedFormatException extends RedexException {

    private static final long serialVersionUID = 1L;

    UnsupportedFormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static UnsupportedFormatException of(Path file, int version) {
        return new UnsupportedFormatException(
                "log has another format: file=" + file + ", version=" + version + ", newestReadable="
                        + SegmentLayout.VERSION + " (open it with the release that wrote it, or a later one)",
                null);
    }
}
