package io.netbus.shard;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** What was read and what still lies in the lane are together what was accepted. */
@JCStressTest
@Outcome(id = "true, [012]", expect = ACCEPTABLE, desc = "none, one or two accepted, each counted once")
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "a producer was in the middle of a call; asks again")
@Outcome(expect = FORBIDDEN, desc = "a record was counted twice or not at all")
@State
public class DrainedSnapshotStress {

    private final Shard shard = Records.newShard();
    private int read;

    @Actor
    public void producer() {
        Records.offer(shard, shard.claim(Records.KEY), 1, null);
        Records.offer(shard, shard.claim(Records.KEY), 2, null);
    }

    @Actor
    public void worker(ZI_Result seen) {
        Records.locked(shard, () -> {
            shard.drain((bytes, offset, length, receipt) -> ++read > 0);
            return true;
        });
        ShardCounters counters = new ShardCounters();
        seen.r1 = Records.locked(shard, () -> shard.trySnapshot(counters));
        if (seen.r1) {
            seen.r2 = counters.accepted == read + counters.inLanes ? (int) counters.accepted : -1;
        }
    }
}
