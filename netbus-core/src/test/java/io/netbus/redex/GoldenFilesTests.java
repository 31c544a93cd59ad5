package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.redex.SmallLog.Verified;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Logs that an earlier version wrote can be read, inspected and gone on with. {@code -Dnetbus.golden=NAME} adds what this
 * version writes, once: files that are committed stay as they are.
 */
class GoldenFilesTests {

    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");
    private static final long START = 1_795_168_800_000_000_000L; // 2026-11-20 10:00:00 UTC
    private static final long HOUR = 3_600_000_000_000L;

    private static final List<String> CLOSED = List.of(
            "2 first kept +2h2",
            "3  +2h3",
            "4 one +2h4",
            "5  +2h4",
            "6 three +2h4",
            "7 forced +4h4",
            "8 behind +4h5",
            "9 the force +4h5",
            "10 of epoch 1 +4h5",
            "11 long +4h5",
            "12 long +4h5",
            "13 long +4h5",
            "14 the +4h5",
            "15 end +4h5");

    private static final List<String> CRASHED = List.of(
            "0 sealed +0h",
            "1 forced +2h1",
            "2 forced too +2h2",
            "3 written +2h3",
            "4 in a batch +2h3",
            "5 written +2h3");

    private static final Logger REPORTS = Logger.getLogger(LogRecovery.class.getName());

    private static final List<String> COMPRESSED =
            List.of("0 short +0h", "1 long +0h1", "2 long +0h2", "3  +0h2", "4 end +0h2");

    @TempDir
    private Path temp;

    @BeforeAll
    static void keepRecoveryQuiet() {
        REPORTS.setLevel(Level.OFF);
    }

    @AfterAll
    static void letRecoverySpeak() {
        REPORTS.setLevel(null);
    }

    static Stream<Path> golden() throws IOException {
        try (Stream<Path> paths = Files.list(GOLDEN)) {
            return paths.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("golden")
    void filesOfEarlierVersionsHoldWhatWasAppended(Path golden) throws IOException {
        check(golden);
    }

    @Test
    void filesOfThisVersionHoldTheSame() throws IOException {
        String name = System.getProperty("netbus.golden");
        Path to = name == null ? temp.resolve("golden") : GOLDEN.resolve(name);
        assertThat(to).doesNotExist();

        GoldenFiles.write(to, temp.resolve("work"));

        check(to);
    }

    private void check(Path golden) throws IOException {
        Path closed = SmallLog.copy(golden.resolve(GoldenFiles.CLOSED), temp.resolve(GoldenFiles.CLOSED));
        Verified verified = SmallLog.verify(closed);
        assertThat(verified.findings()).isEmpty();
        assertThat(verified.verdict().condition()).isEqualTo(LogInfo.Condition.CLEAN);
        assertThat(verified.verdict().wholeRecords()).isEqualTo(CLOSED.size());
        Map<String, byte[]> files = SmallLog.content(closed);
        assertThat(records(closed, 1)).isEqualTo(CLOSED);
        assertThat(SmallLog.content(closed)).containsAllEntriesOf(files); // all that is there counts
        goOn(closed, 1, CLOSED);

        Path crashed = SmallLog.copy(golden.resolve(GoldenFiles.CRASHED), temp.resolve(GoldenFiles.CRASHED));
        verified = SmallLog.verify(crashed);
        assertThat(verified.of(LogFinding.Kind.DAMAGE)).isEmpty();
        assertThat(verified.verdict().condition()).isEqualTo(LogInfo.Condition.LEFT_BY_CRASH);
        assertThat(verified.verdict().wholeRecords()).isEqualTo(CRASHED.size());
        assertThat(records(crashed, 1)).isEqualTo(CRASHED);
        assertThat(SmallLog.verify(crashed).findings()).isEmpty();
        goOn(crashed, 1, CRASHED);

        if (Files.exists(golden.resolve(GoldenFiles.COMPRESSED))) { // the first version did not compress
            checkCompressed(golden);
        }
    }

    private void checkCompressed(Path golden) throws IOException {
        Path compressed = SmallLog.copy(golden.resolve(GoldenFiles.COMPRESSED), temp.resolve(GoldenFiles.COMPRESSED));
        Verified verified = SmallLog.verify(compressed);
        assertThat(verified.findings()).isEmpty();
        assertThat(verified.verdict().wholeRecords()).isEqualTo(COMPRESSED.size());
        assertThat(records(compressed, 0)).isEqualTo(COMPRESSED);
        goOn(compressed, 0, COMPRESSED);
    }

    /** All records of a log that is in that epoch, in the form of the lists above. */
    private static List<String> records(Path base, int epoch) {
        List<String> records = new ArrayList<>();
        try (Redex redex = Redex.onDisk(base, RedexConfig.defaults())) {
            RedexLog log = redex.log(SmallLog.NAME);
            assertThat(log.epoch()).isEqualTo(epoch);
            try (LogCursor cursor = log.cursor(log.firstSequence())) {
                cursor.read((sequence, stamp, payload) -> records.add(line(sequence, stamp, payload)), 1_000);
            }
            for (String record : records) { // one by one too, by the index
                long sequence = sequence(record);
                ReadResult.Present found = (ReadResult.Present) log.read(sequence);
                assertThat(line(sequence, found.timestampNanos(), ByteBuffer.wrap(found.payload())))
                        .isEqualTo(record);
            }
            assertThat(log.nextSequence()).isEqualTo(log.firstSequence() + records.size());
        }
        return records;
    }

    private static String line(long sequence, long stamp, ByteBuffer payload) {
        long since = stamp - START;
        String text =
                StandardCharsets.UTF_8.decode(payload.duplicate()).toString().replace(GoldenFiles.LONG, "long");
        return sequence + " " + text + " +" + since / HOUR + "h" + (since % HOUR == 0 ? "" : since % HOUR);
    }

    /** Appends to it, closes it, and reads all of it again. */
    private static void goOn(Path base, int epoch, List<String> before) {
        List<String> after = new ArrayList<>(before);
        for (WriteMode mode : WriteMode.values()) {
            long next = sequence(after.get(after.size() - 1)) + 1;
            try (Redex redex = Redex.onDisk(base, RedexConfig.defaults().withWriteMode(mode))) {
                assertThat(redex.log(SmallLog.NAME).append(LogFiles.utf8("new"), START + 100 * HOUR))
                        .isEqualTo(next);
            }
            after.add(next + " new +100h");
        }
        assertThat(records(base, epoch)).isEqualTo(after);
        assertThat(SmallLog.verify(base).findings()).isEmpty();
    }

    private static long sequence(String record) {
        return Long.parseLong(record.substring(0, record.indexOf(' ')));
    }
}
