package io.netbus.shard;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Once a chunk's successor is seen, the chunk's word is final, and the successor is as it was linked. */
@JCStressTest
@Outcome(id = "-1, 1, 0", expect = ACCEPTABLE, desc = "not linked yet, one record seen")
@Outcome(id = "-1, 2, 0", expect = ACCEPTABLE, desc = "not linked yet, both records seen")
@Outcome(id = "2, 2, 0", expect = ACCEPTABLE, desc = "linked: both records and a fresh successor")
@Outcome(expect = FORBIDDEN, desc = "the link came before the last record, or the successor was not made ready")
@State
public class ChunkLinkStress {

    private final Chunk chunk = new Chunk(2);
    private final Chunk successor = new Chunk(2);

    public ChunkLinkStress() {
        chunk.publish(1, 1);
        successor.publish(2, 7); // used before
    }

    @Actor
    public void producer() {
        successor.reset();
        successor.firstRecord = 2;
        chunk.publish(2, 2);
        chunk.link(successor);
    }

    @Actor
    public void worker(III_Result seen) {
        @Nullable Chunk next = chunk.next();
        seen.r1 = next == null ? -1 : (int) next.firstRecord;
        seen.r2 = Chunk.records(chunk.published());
        seen.r3 = next == null ? 0 : Chunk.records(next.published());
    }
}
