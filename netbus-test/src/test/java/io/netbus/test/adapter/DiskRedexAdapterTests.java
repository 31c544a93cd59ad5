package io.netbus.test.adapter;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DiskRedexAdapterTests extends AdapterContract {

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // by open
    private Redex redex;

    @Override
    protected Adapter open() {
        redex = Redex.onDisk(directory, RedexConfig.defaults());
        return new RedexAdapter(redex);
    }

    @Override
    protected void close(Adapter opened) {
        opened.close();
        redex.close();
    }

    @Override
    protected boolean isDurable() {
        return true;
    }
}
