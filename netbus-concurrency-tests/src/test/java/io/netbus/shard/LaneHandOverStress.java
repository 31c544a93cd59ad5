package io.netbus.shard;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Who gets the lane of a thread that has ended finds it as the worker saw it last. */
@JCStressTest
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "the lane still belonged to the thread that has ended")
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "handed over, with all that was written before")
@Outcome(expect = FORBIDDEN, desc = "handed over before what was written was there")
@State
public class LaneHandOverStress {

    private static final Thread ENDED = new Thread("ended"); // never started is no more alive than ended

    private final Lane lane = new Lane(Records.newShard(), false);
    private int written;

    public LaneHandOverStress() {
        lane.tryOwn(ENDED);
    }

    @Actor
    public void worker() {
        written = 1; // stands for what the worker saw of the thread that has ended
        lane.disownIfDead();
    }

    @Actor
    public void producer(ZI_Result seen) {
        seen.r1 = lane.tryOwn(Thread.currentThread());
        seen.r2 = seen.r1 ? written : 0;
    }
}
