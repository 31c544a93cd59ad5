package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers and a write that is half done. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class PublishedEndTests {

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path base;

    /** Whatever lies behind the end when a reader looks, be it half of the next frame or the rest of one that failed. */
    @Test
    void aReaderNeitherSeesNorKeepsBytesBehindThePublishedEnd() throws IOException {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        LogFiles files = new LogFiles(base, mode);
        SegmentStore store = new FileStore();
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(utf8("first"), 1);
            List<String> seen = new ArrayList<>();
            LogCursor.RecordReader reader =
                    (sequence, stamp, payload) -> seen.add(new String(LogFiles.copy(payload), StandardCharsets.UTF_8));
            long end = SegmentLayout.HEAD_BYTES + log.stats().bytes();
            try (LogCursor cursor = log.cursor(0);
                    SegmentFile file = store.openForWriting(files.segment(0))) {
                assertThat(cursor.read(reader, 10)).isEqualTo(1);
                for (int i = 1; i < 50; i++) {
                    byte[] garbage = new byte[1 + random.nextInt(300)];
                    random.nextBytes(garbage);
                    file.write(ByteBuffer.wrap(garbage), end);
                    assertThat(cursor.read(reader, 10)).as("seed=%d", seed).isZero();
                    assertThat(cursor.position()).isEqualTo(i);
                    assertThat(log.read(i)).isEqualTo(new ReadResult.Absent(i, 0, i));

                    log.append(utf8("record " + i), 1);

                    end = SegmentLayout.HEAD_BYTES + log.stats().bytes();
                    assertThat(cursor.read(reader, 10)).as("seed=%d", seed).isEqualTo(1);
                    assertThat(seen).as("seed=%d", seed).hasSize(i + 1).endsWith("record " + i);
                }
            }
        }
        files.reopen();
        assertThat(files.names()).containsExactly("00000000000000000000.log", "checkpoint");
    }
}
