package io.netbus.autoconfigure;

import io.netbus.redex.CorruptLogException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that a log is damaged. */
final class CorruptLogFailureAnalyzer extends AbstractFailureAnalyzer<CorruptLogException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, CorruptLogException cause) {
        return new FailureAnalysis(
                "A log holds bytes that were safely on disk and have changed since: " + cause.getMessage(),
                """
                Nothing was changed. Restore the file from a copy. Without one, move the whole directory of the logs \
                (netbus.log.directory) away: the application then starts empty. Do not move one log alone: the others \
                hold positions in it.""",
                rootFailure);
    }
}
