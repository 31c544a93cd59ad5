package io.netbus.shard;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A snapshot shows a lane between two calls, never within one, whatever else the producer does. */
@JCStressTest
@Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "before the first call")
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "after an accepted record")
@Outcome(id = "true, 2", expect = ACCEPTABLE, desc = "after an accepted and a refused one")
@Outcome(id = "true, 3", expect = ACCEPTABLE, desc = "after these and another accepted one")
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "a producer was in the middle of a call; asks again")
@Outcome(expect = FORBIDDEN, desc = "the equation does not hold, so this was no instant")
@State
public class LaneSnapshotStress {

    private final Shard shard = Records.newShard();

    @Actor
    public void producer() {
        Records.offer(shard, shard.claim(Records.KEY), 1, null);
        Lane lane = shard.claim(Records.KEY);
        lane.countRefused();
        shard.release(lane);
        Records.offer(shard, shard.claim(Records.KEY), 2, null);
    }

    @Actor
    public void reader(ZI_Result seen) {
        ShardCounters counters = new ShardCounters();
        seen.r1 = Records.locked(shard, () -> shard.trySnapshot(counters));
        if (seen.r1) {
            boolean conserved = counters.offered == counters.accepted + counters.refused
                    && counters.accepted == counters.inLanes
                    && counters.refused == (counters.offered + 1) / 3;
            seen.r2 = conserved ? (int) counters.offered : -1;
        }
    }
}
