package io.netbus.shard;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A record is never read without its receipt. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "nothing to read yet")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one record, its receipt")
@Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "both records, each with its own receipt")
@Outcome(expect = FORBIDDEN, desc = "a record without its receipt, or with another's")
@State
public class ReceiptStress {

    private final Shard shard = Records.newShard();

    private record Numbered(int number) implements Receipt {
        @Override
        public void written(long sequence) {}

        @Override
        public void failed(RuntimeException cause) {}
    }

    @Actor
    public void producer() {
        Records.offer(shard, shard.claim(Records.KEY), 1, new Numbered(1));
        Records.offer(shard, shard.claim(Records.KEY), 2, new Numbered(2));
    }

    @Actor
    public void worker(II_Result seen) {
        Records.locked(shard, () -> {
            shard.drain((bytes, offset, length, receipt) -> {
                seen.r1++;
                if (receipt instanceof Numbered numbered && numbered.number() == bytes[offset]) {
                    seen.r2++;
                }
                return true;
            });
            return true;
        });
    }
}
