package io.netbus.test.redex;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Logs on disk keep what they should. */
class DiskRetentionTests extends RetentionContract {

    @TempDir
    private Path directory;

    DiskRetentionTests() {
        super(true);
    }

    @Override
    protected Redex open(RedexConfig config) {
        return Redex.onDisk(directory, config);
    }
}
