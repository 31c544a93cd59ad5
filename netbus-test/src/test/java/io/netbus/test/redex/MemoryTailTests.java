package io.netbus.test.redex;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;

/** Tails of logs in memory keep the contract. */
class MemoryTailTests extends TailContract {

    @Override
    protected Redex open(RedexConfig config) {
        return Redex.inMemory(config);
    }
}
