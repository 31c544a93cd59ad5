package io.netbus.redex;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Who sees a segment's end sees the bytes before it, as stored into a mapping, and finds them by the index. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "nothing is published yet")
@Outcome(id = "48, 4096, 42", expect = ACCEPTABLE, desc = "the frame is there, and where the index says")
@Outcome(expect = FORBIDDEN, desc = "the end came before the frame or its place in the index")
@State
public class SegmentPublicationStress {

    private static final int FRAME_BYTES = 48;
    private static final Path FILE = Path.of("00000000000000000000.log");
    private static final LogReaders UNUSED = new LogReaders();

    private final ByteBuffer file = ByteBuffer.allocate(FRAME_BYTES);
    private final Segment segment = Segment.unwritten(
            new FileStore(), FILE, new SegmentHead(1, 0, 0, 0), SegmentTip.empty(0, 0, SegmentTip.State.OPEN));

    @Actor
    public void appender() {
        file.put(FRAME_BYTES - 1, (byte) 42);
        segment.add(0, 1, FRAME_BYTES, 0, 0);
    }

    @Actor
    public void reader(III_Result seen) {
        int bytes = (int) segment.end() - SegmentLayout.HEAD_BYTES;
        if (bytes > 0) {
            seen.r1 = bytes;
            seen.r2 = offset();
            seen.r3 = file.get(bytes - 1);
        }
    }

    private int offset() {
        try {
            SegmentIndex index = segment.index(UNUSED);
            return (int) index.offset(index.floor(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
