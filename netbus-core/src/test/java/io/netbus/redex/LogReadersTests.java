package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReadersTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path base;

    /** A read of what is unmapped would end the process. */
    @Test
    void memoryIsTakenAwayBehindItsReaders() throws Exception {
        LogFiles files = new LogFiles(base, WriteMode.MAPPED);
        files.append("first");
        byte[] file = files.bytes(0);
        SegmentHead head = SegmentLayout.decode(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
        Segment segment = new Segment(new FileStore(), files.segment(0), head, LogFiles.tip(file));
        LogReaders readers = new LogReaders();
        try (LogReaders.Slot slot = readers.open()) {
            Thread taker = new Thread(() -> segment.drop(readers));
            slot.of(segment);
            slot.enter();
            try {
                ReadableBytes bytes = segment.bytes(readers);
                taker.start();
                await().atMost(TIMEOUT).until(() -> taker.getState() == Thread.State.TIMED_WAITING || !taker.isAlive());
                assertThat(taker.isAlive()).isTrue();
                assertThat(bytes.read(ByteBuffer.allocate(file.length), 0)).isEqualTo(file.length);
            } finally {
                slot.leave();
            }
            taker.join(TIMEOUT.toMillis());
            assertThat(taker.isAlive()).isFalse();
        }
    }
}
