package io.netbus.ingest;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netbus.event.Position;
import io.netbus.ingest.IdempotencyWindow.Claim;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** One of two offers of an id that has run out gets it. */
@JCStressTest
@Outcome(id = "true, false, 1", expect = ACCEPTABLE, desc = "one has it, and the other is told")
@Outcome(id = "false, true, 1", expect = ACCEPTABLE, desc = "the other has it, and the one is told")
@Outcome(expect = FORBIDDEN, desc = "both have it or nobody, or it is not remembered once")
@State
public class IdRunOutStress {

    private static final long WINDOW_NANOS = 100;

    private final IdempotencyWindow ids = new IdempotencyWindow(WINDOW_NANOS);
    private final Claim one = claim();
    private final Claim other = claim();

    public IdRunOutStress() {
        Claim old = new Claim("id", 1_000 - WINDOW_NANOS - 1, new CompletableFuture<Position>());
        ids.claim(old);
        ids.keep(old);
    }

    private static Claim claim() {
        return new Claim("id", 1_000, new CompletableFuture<Position>());
    }

    @Actor
    public void one(ZZI_Result seen) {
        seen.r1 = isMine(one, other);
    }

    @Actor
    public void other(ZZI_Result seen) {
        seen.r2 = isMine(other, one);
    }

    private boolean isMine(Claim mine, Claim theirs) {
        Claim holder = ids.claim(mine);
        if (holder == null) {
            ids.keep(mine);
        } else if (holder != theirs) {
            throw new IllegalStateException("held by nobody we know");
        }
        return holder == null;
    }

    @Arbiter
    public void remembered(ZZI_Result seen) {
        seen.r3 = ids.size();
    }
}
