package io.netbus.redex;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** One appender at a time holds the lock, and sees all that the one before wrote under it. */
@JCStressTest
@Outcome(id = "2, 4, 4", expect = ACCEPTABLE, desc = "the one was first")
@Outcome(id = "4, 2, 4", expect = ACCEPTABLE, desc = "the other was first")
@Outcome(expect = FORBIDDEN, desc = "both were in at once, or one did not see what the other left")
@State
public class AppendLockStress {

    private final AppendLock lock = new AppendLock();

    private int count; // under the lock
    private int again; // under the lock, always the same

    @Actor
    public void one(III_Result seen) {
        seen.r1 = append();
    }

    @Actor
    public void other(III_Result seen) {
        seen.r2 = append();
    }

    @Arbiter
    public void both(III_Result seen) {
        seen.r3 = append() - 2;
    }

    private int append() {
        lock.lock();
        try {
            count++;
            again++;
            int first = count;
            count++;
            again++;
            return count == first + 1 && again == count ? count : -1;
        } finally {
            lock.unlock();
        }
    }
}
