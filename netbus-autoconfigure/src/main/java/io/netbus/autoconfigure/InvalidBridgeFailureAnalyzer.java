package io.netbus.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that a bridge's name or channel is not one. */
final class InvalidBridgeFailureAnalyzer extends AbstractFailureAnalyzer<InvalidBridgeException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidBridgeException cause) {
        return new FailureAnalysis(
                "The bridge '" + cause.bridge() + "' (" + cause.type() + ") cannot be connected to its channel '"
                        + cause.channel() + "': " + cause.getCause().getMessage(),
                "Let name() return a name no other bridge has, and channel() the name of a channel; both are 1 to 100 "
                        + "characters of a-z 0-9 - _ . and a channel's begins with a letter or digit.",
                rootFailure);
    }
}
