package io.netbus.test.redex;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.WriteMode;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Logs on disk keep the contract, however their records get there. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class DiskRedexTests extends RedexContract {

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path directory;

    @Override
    protected Redex open(RedexConfig config) {
        return Redex.onDisk(directory, config.withWriteMode(mode));
    }
}
