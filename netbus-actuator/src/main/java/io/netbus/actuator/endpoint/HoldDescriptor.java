package io.netbus.actuator.endpoint;

import io.netbus.redex.RedexLogStats;

/** Who keeps a log's records from retention, from which on, and whether its hard limit took them all the same. */
public record HoldDescriptor(String owner, long sequence, boolean broken) {

    static HoldDescriptor of(RedexLogStats.Hold hold) {
        return new HoldDescriptor(hold.owner(), hold.sequence(), hold.broken());
    }
}
