package io.netbus.autoconfigure;

import io.netbus.redex.DirectoryLockedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that somebody else holds the logs. */
final class DirectoryLockedFailureAnalyzer extends AbstractFailureAnalyzer<DirectoryLockedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DirectoryLockedException cause) {
        return new FailureAnalysis(
                "The directory of the logs is held by another application, or by another context of this one, and only one at "
                        + "a time may write to it: "
                        + cause.getMessage(),
                """
                Do one of these:
                  - stop the other application;
                  - give this one a directory of its own: netbus.log.directory;
                  - in tests, keep the logs in memory: netbus.log.storage=memory;
                  - if the other is about to stop, wait longer for it: netbus.log.lock-wait.""",
                rootFailure);
    }
}
