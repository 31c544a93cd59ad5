package io.netbus.shard;

import org.jspecify.annotations.Nullable;

/** Takes records out of lanes. */
@FunctionalInterface
public interface RecordSink {

    /**
     * Takes one record.
     *
     * @param bytes valid only during the call
     * @param receipt to be told what became of it; null if nobody asks
     * @return false if there is no room for it now; it then stays where it is
     */
    boolean accept(byte[] bytes, int offset, int length, @Nullable Receipt receipt);
}
