package io.netbus.autoconfigure;

import io.netbus.redex.NetworkFileSystemException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that the logs would be on a file system that other machines write to as well. */
final class NetworkFileSystemFailureAnalyzer extends AbstractFailureAnalyzer<NetworkFileSystemException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NetworkFileSystemException cause) {
        return new FailureAnalysis(
                "The directory of the logs is on a network file system. Two applications might write to it at once, and"
                        + " what was forced to disk might be lost with the server's power: "
                        + cause.getMessage(),
                """
                Do one of these:
                  - keep the logs on a disk of this machine: netbus.log.directory;
                  - in tests, keep the logs in memory: netbus.log.storage=memory;
                  - if you know that locks and forces hold there, and that nothing else opens the directory, allow it: \
                netbus.log.allow-network-file-system=true.""",
                rootFailure);
    }
}
