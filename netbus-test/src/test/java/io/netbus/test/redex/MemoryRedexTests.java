package io.netbus.test.redex;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;

/** Logs in memory keep the contract. */
class MemoryRedexTests extends RedexContract {

    @Override
    protected Redex open(RedexConfig config) {
        return Redex.inMemory(config);
    }
}
