package io.netbus.autoconfigure;

import io.netbus.adapter.MissingShardException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that a channel is not whole. */
final class MissingShardFailureAnalyzer extends AbstractFailureAnalyzer<MissingShardException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MissingShardException cause) {
        return new FailureAnalysis("A channel is not whole: " + cause.getMessage(), """
                Nothing was changed. Put the shard's log back in its place. Without it, move the whole directory of the \
                logs (netbus.log.directory) away: the application then starts empty. Without one shard, keys would go \
                to other shards, and cursors and bridges would have lost their place.""", rootFailure);
    }
}
