package io.netbus.shard;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A record that races the close is read by the last look or taken back; never both, never neither. */
@JCStressTest
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "accepted and read")
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "came too late and was taken back")
@Outcome(id = "true, 0", expect = FORBIDDEN, desc = "accepted, and nobody reads it")
@Outcome(id = "false, 1", expect = FORBIDDEN, desc = "taken back, and read all the same")
@Outcome(expect = FORBIDDEN, desc = "read twice")
@State
public class CloseRaceStress {

    private final Shard shard = Records.newShard();

    @Actor
    public void producer(ZI_Result seen) {
        seen.r1 = Records.offer(shard, shard.claim(), 1, null);
    }

    @Actor
    public void worker(ZI_Result seen) {
        RecordSink sink = (bytes, offset, length, receipt) -> ++seen.r2 > 0;
        shard.close();
        Records.locked(shard, () -> {
            shard.end(sink);
            return true;
        });
    }
}
