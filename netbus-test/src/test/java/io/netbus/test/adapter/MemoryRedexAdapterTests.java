package io.netbus.test.adapter;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;

class MemoryRedexAdapterTests extends AdapterContract {

    @SuppressWarnings("NullAway.Init") // by open
    private Redex redex;

    @Override
    protected Adapter open() {
        redex = Redex.inMemory(RedexConfig.defaults());
        return new RedexAdapter(redex);
    }

    @Override
    protected void close(Adapter opened) {
        opened.close();
        redex.close();
    }

    @Override
    protected boolean isDurable() {
        return false;
    }
}
