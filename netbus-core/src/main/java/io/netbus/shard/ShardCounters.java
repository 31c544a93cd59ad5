package io.netbus.shard;

/** A shard's counters at one instant, or a sum of them. Plain numbers for one thread. */
public final class ShardCounters {

    public long offered;
    public long accepted;
    public long refused;
    public long timedOut;
    public long duplicate;
    public long rejected;

    /** Records that lie in lanes. */
    public long inLanes;

    void copyFrom(ShardCounters other) {
        offered = other.offered;
        accepted = other.accepted;
        refused = other.refused;
        timedOut = other.timedOut;
        duplicate = other.duplicate;
        rejected = other.rejected;
        inLanes = other.inLanes;
    }
}
