package io.netbus.batch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netbus.shard.Shard;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** Who asks for a barrier while the worker ends gets an answer. */
@JCStressTest
@Outcome(id = "true", expect = ACCEPTABLE, desc = "answered")
@Outcome(id = "false", expect = FORBIDDEN, desc = "nobody will ever answer")
@State
public class BarrierAtCloseStress {

    private final BatchWorker worker =
            new BatchWorker("stress", new Shard(0, 256 * 1024), new NoStream(), 10, () -> 0L);

    private @Nullable CompletableFuture<Void> barrier;

    @Actor
    public void caller() {
        barrier = worker.barrier().toCompletableFuture();
    }

    @Actor
    public void closer() {
        worker.giveUp();
    }

    @Arbiter
    public void answered(Z_Result seen) {
        seen.r1 = barrier != null && barrier.isDone();
    }
}
