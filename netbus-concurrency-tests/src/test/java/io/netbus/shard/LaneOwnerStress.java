package io.netbus.shard;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A free lane gets one owner, however many ask. */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "one has it")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "the other has it")
@Outcome(expect = FORBIDDEN, desc = "both have it, or nobody")
@State
public class LaneOwnerStress {

    private final Lane lane = new Lane(Records.newShard(), false);

    @Actor
    public void one(ZZ_Result seen) {
        seen.r1 = lane.tryOwn(Thread.currentThread()) && lane.isOwnedBy(Thread.currentThread());
    }

    @Actor
    public void other(ZZ_Result seen) {
        seen.r2 = lane.tryOwn(Thread.currentThread()) && lane.isOwnedBy(Thread.currentThread());
    }
}
