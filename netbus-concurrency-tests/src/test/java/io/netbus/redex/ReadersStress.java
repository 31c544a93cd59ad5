package io.netbus.redex;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Who takes a segment's memory away does so behind those who read it. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "the reader found it gone")
@Outcome(id = "42", expect = ACCEPTABLE, desc = "the reader read it while it was there")
@Outcome(id = "-1", expect = FORBIDDEN, desc = "it was taken away while it was read")
@State
public class ReadersStress {

    private final LogReaders readers = new LogReaders();
    private final LogReaders.Slot slot = readers.open();
    private final Segment segment = Segment.unwritten(
            new FileStore(),
            Path.of("00000000000000000000.log"),
            new SegmentHead(1, 0, 0, 0),
            SegmentTip.empty(0, 0, SegmentTip.State.OPEN));

    private volatile int @Nullable [] source = {42}; // as the segment keeps it

    public ReadersStress() {
        slot.of(segment);
    }

    @Actor
    public void reader(I_Result seen) {
        try {
            slot.enter();
            int @Nullable [] found = source;
            seen.r1 = found == null ? 0 : found[0];
            slot.leave();
        } catch (ClosedChannelException e) {
            throw new IllegalStateException(e);
        }
    }

    @Actor
    public void owner() {
        int[] old = Objects.requireNonNull(source);
        source = null;
        readers.awaitOut(segment);
        old[0] = -1; // unmapped
    }
}
