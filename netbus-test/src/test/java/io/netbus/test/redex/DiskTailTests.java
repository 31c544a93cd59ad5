package io.netbus.test.redex;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Tails of logs on disk keep the contract. */
class DiskTailTests extends TailContract {

    @TempDir
    private Path directory;

    @Override
    protected Redex open(RedexConfig config) {
        return Redex.onDisk(directory, config);
    }
}
