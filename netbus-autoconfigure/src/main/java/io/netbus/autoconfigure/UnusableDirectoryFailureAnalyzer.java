package io.netbus.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that the logs have no place to be. */
final class UnusableDirectoryFailureAnalyzer extends AbstractFailureAnalyzer<UnusableDirectoryException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnusableDirectoryException cause) {
        return new FailureAnalysis(
                "The directory of the logs, '" + cause.directory() + "', cannot be created, read or written: "
                        + reason(cause),
                "Let the user '" + System.getProperty("user.name")
                        + "' write to it, or set netbus.log.directory to a directory where it may.",
                rootFailure);
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root.toString();
    }
}
