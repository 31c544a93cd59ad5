package io.netbus.redex;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file's bytes are not what was written, in a way no crash explains. Nothing was changed; the message says where. */
public final class CorruptLogException extends RedexException {

    private static final long serialVersionUID = 1L;

    CorruptLogException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static CorruptLogException of(Path file, long offset, String defect) {
        return new CorruptLogException(
                "log is damaged: file=" + file + ", offset=" + offset + ", " + defect
                        + " (nothing was changed: restore the file from a copy)",
                null);
    }
}
