package io.netbus.redex;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A reader sees a batch on disk whole, once its append is published, or not at all; also where the log goes on in a new
 * segment.
 * <p>
 * One log serves all states, since one for each would be files and threads for each: what is asked holds at any point of
 * it.
 */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "all records below the end are there, and whole batches")
@Outcome(expect = FORBIDDEN, desc = "half a batch, or a record that is not there yet, or another one in its place")
@State
public class RecordPublicationStress {

    private static final StressLog LOG = new StressLog();

    @Actor
    public void appender() {
        LOG.append();
    }

    @Actor
    public void reader(ZZ_Result seen) {
        try {
            StressLog.Tail tail = LOG.tail();
            long end = tail.end();
            seen.r1 = end % StressLog.BATCH == 0;
            seen.r2 = tail.isWholeBefore(end);
        } catch (LogClosedException e) { // it has given way to the next
            seen.r1 = true;
            seen.r2 = true;
        } catch (CorruptLogException e) {
            seen.r2 = false;
        }
    }
}
