package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    // --- several threads, each waiting for its force

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES) // with netbus.torture
    void ofManyAppendersEveryRecordThatWasAcknowledgedAsForcedOutlivesTheProcess() throws Exception {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<Appender, List<Long>> before = Map.of();
        for (int kill = 0; kill < KILLS / WriteMode.values().length; kill++) {
            Map<Appender, List<Long>> acknowledged = new HashMap<>();
            try (ChildProcess child = ConcurrentAppends.start(base, mode, kill)) {
                for (int lines = random.nextInt(200); lines >= 0; lines--) {
                    note(kill, Objects.requireNonNull(child.line()), acknowledged);
                }
                child.kill();
                for (String line : child.lines()) {
                    note(kill, line, acknowledged);
                }
            }
            String where = "seed=" + seed + " kill=" + kill;
            Map<Appender, List<Long>> found = sequences(where);
            before.forEach((appender, sequences) ->
                    assertThat(found.get(appender)).as(where).isEqualTo(sequences));
            for (int thread = 0; thread < ConcurrentAppends.THREADS; thread++) {
                Appender appender = new Appender(kill, thread);
                List<Long> there = found.getOrDefault(appender, List.of());
                List<Long> promised = acknowledged.getOrDefault(appender, List.of());
                assertThat(there.size() - promised.size()) // what was in hand, whole or not at all
                        .as(where)
                        .isIn(0, ConcurrentAppends.countAt(promised.size()));
                assertThat(there.subList(0, promised.size())).as(where).isEqualTo(promised);
            }
            before = found;
        }
    }

    private record Appender(int run, int thread) {}

    private static void note(int run, String line, Map<Appender, List<Long>> acknowledged) {
        ConcurrentAppends.Acknowledged told = ConcurrentAppends.Acknowledged.of(line);
        List<Long> sequences =
                acknowledged.computeIfAbsent(new Appender(run, told.thread()), appender -> new ArrayList<>());
        assertThat(told.number()).isEqualTo(sequences.size());
        for (int i = 0; i < told.count(); i++) {
            sequences.add(told.sequence() + i);
        }
    }

    /** What the log holds of each appender: its records without a gap, in order, unchanged, and nothing else. */
    private Map<Appender, List<Long>> sequences(String where) {
        Map<Appender, List<Long>> found = new HashMap<>();
        try (Redex redex = Redex.onDisk(base, LogFiles.CONFIG.withWriteMode(mode))) {
            RedexLog log = redex.log(LogFiles.NAME);
            long[] next = {0};
            try (LogCursor cursor = log.cursor(0)) {
                cursor.read(
                        (sequence, stamp, payload) -> {
                            ConcurrentAppends.Payload record = ConcurrentAppends.Payload.of(payload);
                            List<Long> sequences = found.computeIfAbsent(
                                    new Appender(record.run(), record.thread()), appender -> new ArrayList<>());
                            if (sequence != next[0]++
                                    || record.number() != sequences.size()
                                    || !Arrays.equals(LogFiles.copy(payload), record.payload())) {
                                throw new AssertionError(where + " sequence=" + sequence + " record=" + record
                                        + " recordsBefore=" + sequences.size());
                            }
                            return sequences.add(sequence);
                        },
                        Integer.MAX_VALUE);
            }
            assertThat(next[0]).as(where).isEqualTo(log.nextSequence());
        }
        return found;
    }
}
