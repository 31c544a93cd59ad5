package io.netbus.test.redex;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;

/** Logs in memory keep what they should. */
class MemoryRetentionTests extends RetentionContract {

    MemoryRetentionTests() {
        super(false);
    }

    @Override
    protected Redex open(RedexConfig config) {
        return Redex.inMemory(config);
    }
}
