package io.netbus.shard;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Who sees a chunk's published word sees the bytes and all that was written before. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "nothing is published yet")
@Outcome(id = "2, 1, 42", expect = ACCEPTABLE, desc = "the bytes are there with the word")
@Outcome(expect = FORBIDDEN, desc = "the word came before the bytes, or in halves")
@State
public class ChunkPublicationStress {

    private final Chunk chunk = new Chunk(2);

    @Actor
    public void producer() {
        chunk.bytes[1] = 42;
        chunk.publish(2, 1);
    }

    @Actor
    public void worker(III_Result seen) {
        long published = chunk.published();
        seen.r1 = Chunk.limit(published);
        seen.r2 = Chunk.records(published);
        seen.r3 = seen.r1 == 0 ? 0 : chunk.bytes[1];
    }
}
