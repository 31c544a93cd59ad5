package io.netbus.ingest;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netbus.event.Position;
import io.netbus.ingest.IdempotencyWindow.Claim;
import io.netbus.ingest.IdempotencyWindow.Fate;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** An id that is given back is free for who sees that it was given back. */
@JCStressTest
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "free, and now held by who asked")
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "not given back yet")
@Outcome(expect = FORBIDDEN, desc = "given back and still held, or both hold it")
@State
public class IdReleaseStress {

    private final IdempotencyWindow ids = new IdempotencyWindow(100);
    private final Claim first = claim();

    public IdReleaseStress() {
        ids.claim(first);
    }

    private static Claim claim() {
        return new Claim("id", 1_000, new CompletableFuture<Position>());
    }

    @Actor
    public void refused() {
        ids.release(first);
    }

    @Actor
    public void repeat(ZI_Result seen) {
        boolean released = first.fate() == Fate.RELEASED;
        Claim claim = claim();
        Claim holder = ids.claim(claim);
        if (released && holder != null) {
            throw new IllegalStateException("given back and still held");
        }
        seen.r1 = holder == null;
    }

    @Arbiter
    public void remembered(ZI_Result seen) {
        seen.r2 = ids.size();
    }
}
