package io.netbus.shard;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A shared lane belongs to one producer at a time, who sees all that the one before wrote into it. */
@JCStressTest
@Outcome(id = "2, 3", expect = ACCEPTABLE, desc = "both records are there, unharmed")
@Outcome(expect = FORBIDDEN, desc = "two producers were in the lane at once")
@State
public class LaneClaimStress {

    private final Shard shard = Records.newShard();

    @Actor
    public void one() {
        Records.offer(shard, shard.claim(Records.KEY), 1, null);
    }

    @Actor
    public void other() {
        Records.offer(shard, shard.claim(Records.KEY), 2, null);
    }

    @Arbiter
    public void both(II_Result seen) {
        Records.locked(shard, () -> {
            shard.drain((bytes, offset, length, receipt) -> {
                seen.r1++;
                seen.r2 += bytes[offset];
                return true;
            });
            return true;
        });
    }
}
