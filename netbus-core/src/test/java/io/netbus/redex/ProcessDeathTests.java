package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a killed process leaves. This proves nothing about a power cut: the page cache outlives the process. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class ProcessDeathTests {

    private static final int KILLS = Boolean.getBoolean("netbus.torture") ? 100 : 10;

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path base;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES) // with netbus.torture
    void everyAcknowledgedRecordOutlivesTheProcess() throws Exception {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        long acknowledged = 0;
        long quarantined = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            try (ChildProcess child = ChildProcess.appending(base, mode)) {
                assertThat(child.line()).isEqualTo("open");
                for (int lines = random.nextInt(500); lines >= 0; lines--) {
                    acknowledged = Long.parseLong(Objects.requireNonNull(child.line()));
                }
                child.kill();
                for (String line = child.line(); line != null; line = child.line()) {
                    acknowledged = Long.parseLong(line);
                }
            }
            quarantined = assertHolds(acknowledged, quarantined, "seed=" + seed + " kill=" + kill);
        }
    }

    /** Returns how much is in quarantine: each kill may leave part of the one frame that was in hand. */
    private long assertHolds(long acknowledged, long quarantined, String where) {
        try (Redex redex = Redex.onDisk(base, LogFiles.CONFIG.withWriteMode(mode))) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(log.stats().quarantinedBytes())
                    .as(where)
                    .isBetween(quarantined, quarantined + ChildProcess.MAX_FRAME_BYTES - 1);
            assertThat(log.nextSequence()).as(where).isGreaterThanOrEqualTo(acknowledged);
            try (LogCursor cursor = log.cursor(0)) {
                cursor.read(
                        (sequence, stamp, payload) -> {
                            assertThat(LogFiles.copy(payload)).as(where).isEqualTo(ChildProcess.payload(sequence));
                            return true;
                        },
                        Integer.MAX_VALUE);
                assertThat(cursor.position()).as(where).isEqualTo(log.nextSequence());
            }
            return log.stats().quarantinedBytes();
        }
    }
}
