package io.netbus.sample;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says how to open the desk safely. */
final class UnprotectedDeskFailureAnalyzer extends AbstractFailureAnalyzer<UnprotectedDeskException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnprotectedDeskException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Set desk.webhook-secret (or the environment variable DESK_WEBHOOK_SECRET) to the secret of your"
                        + " GitHub webhook, or set " + cause.property() + "=127.0.0.1 to stay on this machine.",
                cause);
    }
}
