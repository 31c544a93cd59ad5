package io.netbus.test.redex;

import io.netbus.redex.Compression;
import io.netbus.redex.LogConfig;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.WriteMode;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Logs on disk keep the contract, however their records get there, and are stored. */
@ParameterizedClass
@CsvSource({"MAPPED, NONE", "CHANNEL, NONE", "MAPPED, LZ4"})
@SuppressWarnings("NullAway") // the modes are set by JUnit
class DiskRedexTests extends RedexContract {

    @Parameter(0)
    private WriteMode mode;

    @Parameter(1)
    private Compression compression;

    @TempDir
    private Path directory;

    @Override
    protected Redex open(RedexConfig config) {
        LogConfig logs = config.logDefaults().withWriteMode(mode).withCompression(compression);
        return Redex.onDisk(directory, config.withLogDefaults(logs));
    }
}
