package io.netbus.autoconfigure;

import io.netbus.redex.LogOpenException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that the disk does not let a log be opened, such as one that is full. */
final class UnopenableLogFailureAnalyzer extends AbstractFailureAnalyzer<LogOpenException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, LogOpenException cause) {
        return new FailureAnalysis(
                "The log '" + cause.log() + "' cannot be opened: " + cause.getCause(),
                "Nothing it holds is gone. See that the disk has free space, which setting a torn tail aside needs too,"
                        + " and that the user '" + System.getProperty("user.name")
                        + "' may read and write the files below netbus.log.directory. Then start again.",
                rootFailure);
    }
}
