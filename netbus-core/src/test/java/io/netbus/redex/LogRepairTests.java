package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What repairing does, what it leaves, and that it says so. */
class LogRepairTests {

    private static final long SEED = Long.getLong("netbus.seed", new Random().nextLong());
    private static final boolean TORTURE = Boolean.getBoolean("netbus.torture");

    private static final Logger REPORTS = Logger.getLogger(LogRecovery.class.getName());

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

    /** What a repair said. */
    private static final class Repaired implements LogRepair.Listener {

        final List<LogRepair.Action> actions = new ArrayList<>();
        final List<LogFinding> left = new ArrayList<>();
        final List<LogRepair.Outcome> outcomes = new ArrayList<>();

        @Override
        public void done(LogRepair.Action action) {
            actions.add(action);
        }

        @Override
        public void left(LogFinding finding) {
            left.add(finding);
        }

        @Override
        public void end(LogRepair.Outcome outcome) {
            outcomes.add(outcome);
        }

        LogRepair.Outcome outcome() {
            return outcomes.get(0);
        }
    }

    private static Repaired repair(Path base) {
        Repaired repaired = new Repaired();
        LogRepair.run(base, false, repaired);
        return repaired;
    }

    private static Repaired wouldRepair(Path base) {
        Repaired repaired = new Repaired();
        LogRepair.run(base, true, repaired);
        return repaired;
    }

    @Test
    void aCleanLogIsLeftAlone() throws IOException {
        SmallLog.closed(temp, WriteMode.CHANNEL);
        Map<String, String> before = state(temp);

        Repaired repaired = repair(temp);

        assertThat(repaired.actions).isEmpty();
        assertThat(repaired.outcome().refusal()).isNull();
        assertThat(state(temp)).isEqualTo(before);
    }

    /**
     * One flipped bit at a time: afterwards the log opens, all records but those of a frame that is hit can be read, no
     * record is another than it was, and a second repair does nothing.
     */
    @Test
    void afterAnyFlippedBitTheLogOpensAndNoOtherRecordIsLost() throws IOException {
        SmallLog small = SmallLog.closed(temp.resolve("log"), WriteMode.CHANNEL);
        Map<Long, String> all = records(small.base);
        Map<String, byte[]> whole = SmallLog.content(small.base);
        Random random = new Random(SEED);
        for (Map.Entry<String, byte[]> file : whole.entrySet()) {
            if (file.getKey().equals("lock")) {
                continue;
            }
            byte[] bytes = file.getValue();
            for (int offset = 0; offset < bytes.length; offset += TORTURE ? 1 : step(file.getKey(), offset, random)) {
                restore(small.base, whole);
                byte[] flipped = bytes.clone();
                flipped[offset] ^= (byte) (1 << random.nextInt(8));
                Files.write(small.base.resolve(file.getKey()), flipped);
                String where = "file=" + file.getKey() + ", offset=" + offset + ", seed=" + SEED;

                Repaired would = wouldRepair(small.base);
                Repaired repaired = repair(small.base);

                assertThat(would.actions).as(where).isEqualTo(repaired.actions);
                assertThat(repaired.outcome().refusal()).as(where).isNull();
                Map<Long, String> left = records(small.base);
                assertThat(all).as(where).containsAllEntriesOf(left);
                assertThat(left.size() + repaired.outcome().verdict().lostRecords())
                        .as(where)
                        .isEqualTo(all.size());
                boolean inFrame = !file.getKey().endsWith(CheckpointFile.FILE_NAME) && offset >= 4096;
                if (!inFrame) {
                    assertThat(left).as(where).isEqualTo(all);
                    assertThat(SmallLog.verify(small.base).findings()).as(where).isEmpty();
                }
                Map<String, String> state = state(small.base);
                assertThat(repair(small.base).actions).as(where).isEmpty();
                assertThat(state(small.base)).as(where).isEqualTo(state);
                append(small.base, where);
            }
        }
    }

    @Test
    void aDamagedFrameHeadIsProvedByTheChecksum() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path path = small.segments().get(0);
        byte[] whole = Files.readAllBytes(path);
        int frame = LogFiles.frameOffsets(whole).get(1);
        for (int field : new int[] {
            FrameLayout.LENGTH_OFFSET,
            FrameLayout.BASE_SEQUENCE_OFFSET,
            FrameLayout.TERM_OFFSET,
            FrameLayout.COUNT_OFFSET,
            FrameLayout.TAG_OFFSET
        }) {
            flip(path, frame + field, 3);

            Repaired repaired = repair(temp);

            assertThat(repaired.actions)
                    .as("field=%d", field)
                    .singleElement()
                    .satisfies(action -> assertThat(action.what()).contains("its checksum proves it"));
            assertThat(Files.readAllBytes(path)).isEqualTo(whole);
            assertThat(repaired.outcome().verdict().condition()).isEqualTo(LogInfo.Condition.CLEAN);
        }
    }

    @Test
    void aLostFrameIsAHoleThatCanBeReadAround() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path path = small.segments().get(0); // records 5, 6, and 7 to 9
        byte[] bytes = Files.readAllBytes(path);
        List<Integer> frames = LogFiles.frameOffsets(bytes);
        Arrays.fill(bytes, frames.get(1), frames.get(2), (byte) 0xee);
        Files.write(path, bytes);

        Repaired repaired = repair(temp);

        assertThat(repaired.outcome().refusal()).isNull();
        assertThat(repaired.outcome().verdict().lostRecords()).isEqualTo(1);
        assertThat(repaired.left).singleElement().satisfies(found -> {
            assertThat(found.fromSequence()).isEqualTo(6);
            assertThat(found.toSequence()).isEqualTo(7);
        });
        Path kept = small.directory
                .resolve("quarantine")
                .resolve("00000000000000000005-epoch0-offset" + frames.get(1) + ".torn");
        assertThat(Files.readAllBytes(kept)).isEqualTo(Arrays.copyOfRange(bytes, frames.get(1), frames.get(2)));
        try (Redex redex = Redex.onDisk(temp, RedexConfig.defaults())) {
            RedexLog log = redex.log(SmallLog.NAME);
            assertThat(log.read(5)).isInstanceOf(ReadResult.Present.class);
            assertThat(log.read(6)).isInstanceOf(ReadResult.Corrupt.class);
            assertThat(log.read(7)).isInstanceOf(ReadResult.Present.class);
            assertThat(log.read(14)).isInstanceOf(ReadResult.Present.class);
        }
    }

    @Test
    void aLargeHoleIsManySmallFrames() throws IOException {
        Path path;
        try (Redex redex = Redex.onDisk(temp, RedexConfig.defaults())) {
            RedexLog log = redex.log(SmallLog.NAME);
            for (int i = 0; i < 100; i++) {
                log.append(ByteBuffer.wrap(new byte[100_000]), i);
            }
            path = temp.resolve("orders.redex").resolve(SegmentLayout.fileName(0));
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            byte[] noise = new byte[5_000_000];
            new Random(SEED).nextBytes(noise);
            file.seek(1_000_001);
            file.write(noise);
        }

        Repaired repaired = repair(temp);

        assertThat(repaired.outcome().verdict().lostRecords()).isBetween(50L, 52L);
        assertThat(repair(temp).actions).isEmpty();
        List<Integer> frames = LogFiles.frameOffsets(Files.readAllBytes(path));
        for (int i = 1; i < frames.size(); i++) {
            assertThat(frames.get(i) - frames.get(i - 1)).isLessThan(3_000_000);
        }
        try (Redex redex = Redex.onDisk(temp, RedexConfig.defaults())) {
            RedexLog log = redex.log(SmallLog.NAME);
            for (int i = 0; i < 100; i++) {
                boolean lost = i >= repaired.left.get(0).fromSequence()
                        && i < repaired.left.get(0).toSequence();
                assertThat(log.read(i))
                        .as("sequence=%d, seed=%d", i, SEED)
                        .isInstanceOf(lost ? ReadResult.Corrupt.class : ReadResult.Present.class);
            }
        }
    }

    @Test
    void framesOfWhichOnlyTheRecordsAreDamagedStayAsTheyAre() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path path = small.segments().get(0);
        List<Integer> frames = LogFiles.frameOffsets(Files.readAllBytes(path));
        flip(path, frames.get(0) + 44, 1);
        flip(path, frames.get(1) + 44, 1);
        byte[] damaged = Files.readAllBytes(path);

        Repaired repaired = repair(temp);

        assertThat(repaired.actions).isEmpty();
        assertThat(repaired.outcome().verdict().lostRecords()).isEqualTo(2);
        assertThat(Files.readAllBytes(path)).isEqualTo(damaged);
    }

    @Test
    void aCutSegmentKeepsItsSequences() throws IOException {
        SmallLog small = SmallLog.closed(temp.resolve("log"), WriteMode.CHANNEL);
        Map<String, byte[]> whole = SmallLog.content(small.base);
        Map<Long, String> all = records(small.base);
        for (Path path : small.segments()) {
            restore(small.base, whole);
            byte[] bytes = Files.readAllBytes(path);
            for (int size = SegmentLayout.HEAD_BYTES; size < bytes.length; size++) {
                restore(small.base, whole);
                Files.write(path, Arrays.copyOf(bytes, size));
                String where = "file=" + path.getFileName() + ", size=" + size;

                Repaired repaired = repair(small.base);

                assertThat(repaired.outcome().refusal()).as(where).isNull();
                assertThat(repaired.outcome().verdict().nextSequence())
                        .as(where)
                        .isEqualTo(15);
                Map<Long, String> left = records(small.base);
                assertThat(all).as(where).containsAllEntriesOf(left);
                assertThat(left.size() + repaired.outcome().verdict().lostRecords())
                        .as(where)
                        .isEqualTo(all.size()); // none, if only padding was cut
                assertThat(repair(small.base).actions).as(where).isEmpty();
            }
        }
    }

    @Test
    void aMissingSegmentIsReportedAndNothingIsDone() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Files.delete(small.segments().get(1));
        Map<String, String> before = state(temp);

        Repaired repaired = repair(temp);

        assertThat(repaired.actions).isEmpty();
        assertThat(repaired.outcome().refusal()).contains("log is damaged");
        assertThat(repaired.outcome().verdict().lostRecords()).isEqualTo(3);
        assertThat(state(temp)).isEqualTo(before);
    }

    @Test
    void bothTipsOfASegmentAreMadeAnew() throws IOException {
        SmallLog small = SmallLog.closed(temp.resolve("log"), WriteMode.CHANNEL);
        Map<String, byte[]> whole = SmallLog.content(small.base);
        Map<Long, String> all = records(small.base);
        for (Path path : small.segments()) {
            restore(small.base, whole);
            flip(path, SegmentLayout.TIP_OFFSETS[0] + 3, 1);
            flip(path, SegmentLayout.TIP_OFFSETS[1] + 3, 1);

            Repaired repaired = repair(small.base);

            assertThat(repaired.outcome().refusal()).as(path.toString()).isNull();
            assertThat(records(small.base)).as(path.toString()).isEqualTo(all);
            assertThat(SmallLog.verify(small.base).findings())
                    .as(path.toString())
                    .isEmpty();
            assertThat(repair(small.base).actions).as(path.toString()).isEmpty();
        }
    }

    @Test
    void bothSlotsOfTheCheckpointAreMadeAnew() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Map<Long, String> all = records(temp);
        Path path = small.directory.resolve(CheckpointFile.FILE_NAME);
        flip(path, 3, 1);
        flip(path, CheckpointLayout.SLOT_BYTES + 3, 1);

        Repaired repaired = repair(temp);

        assertThat(repaired.outcome().refusal()).isNull();
        assertThat(records(temp)).isEqualTo(all);
        assertThat(SmallLog.verify(temp).findings()).isEmpty();
    }

    @Test
    void whatFollowsTheEndOfAClosedSegmentGoesToQuarantine() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        for (Path path : small.segments()) {
            byte[] whole = Files.readAllBytes(path);
            byte[] longer = Arrays.copyOf(whole, whole.length + 300);
            Arrays.fill(longer, whole.length, whole.length + 100, (byte) 7);
            Files.write(path, longer);

            Repaired repaired = repair(temp);

            assertThat(repaired.outcome().verdict().condition()).isEqualTo(LogInfo.Condition.CLEAN);
            assertThat(Files.readAllBytes(path)).isEqualTo(whole);
        }
        assertThat(LogInspector.of(temp).info(SmallLog.NAME).quarantineBytes()).isEqualTo(300);
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void whatACrashLeftIsMendedAsOpeningDoes(WriteMode mode) throws IOException {
        Path crashed = temp.resolve("crashed");
        Map<Long, String> all;
        try (SmallLog small = new SmallLog(temp.resolve("open"), mode)) {
            small.append("sealed");
            small.roll();
            small.append("forced");
            small.log.sync();
            small.append("not forced", "nor this");
            SmallLog.copy(small.base, crashed);
            all = records(small.base);
        }
        Map<String, String> before = state(crashed);
        Repaired would = wouldRepair(crashed);
        assertThat(state(crashed)).isEqualTo(before);

        Repaired repaired = repair(crashed);

        assertThat(repaired.actions).isNotEmpty().isEqualTo(would.actions);
        assertThat(repaired.outcome().verdict().condition()).isEqualTo(LogInfo.Condition.CLEAN);
        assertThat(repaired.outcome().verdict().epoch()).isEqualTo(1);
        assertThat(records(crashed)).isEqualTo(all);
        assertThat(repair(crashed).actions).isEmpty();
    }

    @Test
    void damageToTheLastForcedRecordOfACrashedLogDoesNotKeepItClosed() throws IOException {
        Path crashed = temp.resolve("crashed");
        try (SmallLog small = new SmallLog(temp.resolve("open"), WriteMode.CHANNEL)) {
            small.append("first", "second");
            small.log.sync();
            small.append("third"); // and the tip behind the second
            small.log.sync();
            SmallLog.copy(small.base, crashed);
        }
        Path path = crashed.resolve("orders.redex").resolve(SegmentLayout.fileName(0));
        SegmentTip tip = SmallLog.tip(Files.readAllBytes(path));
        long lost = tip.nextSequence() - 1;
        flip(path, (int) tip.frameOffset() + 45, 0);

        Repaired repaired = repair(crashed);

        assertThat(repaired.outcome().refusal()).isNull();
        assertThat(repaired.outcome().verdict().lostRecords()).isEqualTo(1);
        Map<Long, String> expected = new TreeMap<>(Map.of(0L, "first", 1L, "second", 2L, "third"));
        expected.remove(lost);
        assertThat(records(crashed)).isEqualTo(expected);
        assertThat(repair(crashed).actions).isEmpty();
    }

    @Test
    void besideALivingOwnerItIsRefused() throws IOException {
        SmallLog.closed(temp, WriteMode.CHANNEL);
        try (ChildProcess owner = ChildProcess.holding(temp)) {
            owner.line();
            for (boolean dryRun : new boolean[] {true, false}) {
                assertThatExceptionOfType(DirectoryLockedException.class)
                        .isThrownBy(() -> LogRepair.run(temp, dryRun, new Repaired()))
                        .withMessageContaining("pid=" + owner.pid());
            }
        }
    }

    // --- help

    /** Few of the zeros of a page, more of all else. */
    private static int step(String file, int offset, Random random) {
        boolean plain = file.endsWith(CheckpointFile.FILE_NAME)
                ? offset % 4096 > 60
                : offset >= 64 && offset < 4000 && offset % 512 > 64;
        return 1 + random.nextInt(plain ? 400 : 5);
    }

    private static void append(Path base, String where) {
        try (Redex redex = Redex.onDisk(base, RedexConfig.defaults())) {
            RedexLog log = redex.log(SmallLog.NAME);
            long next = log.append(LogFiles.utf8("after"), Long.MAX_VALUE / 2);
            assertThat(next).as(where).isEqualTo(15);
            assertThat(log.read(next)).as(where).isInstanceOf(ReadResult.Present.class);
        }
    }

    /** All records that can be read, by sequence. */
    private static Map<Long, String> records(Path base) {
        Map<Long, String> records = new TreeMap<>();
        try (LogReader reader = LogInspector.of(base).reader(SmallLog.NAME, 0, found -> {})) {
            reader.read(
                    (sequence, stamp, payload) -> {
                        records.put(
                                sequence, StandardCharsets.UTF_8.decode(payload).toString());
                        return true;
                    },
                    Integer.MAX_VALUE);
        }
        return records;
    }

    private static Map<String, String> state(Path base) throws IOException {
        Map<String, String> state = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(base)) {
            for (Path path : paths.toList()) {
                if (Files.isRegularFile(path) && !path.endsWith("lock")) {
                    state.put(
                            base.relativize(path).toString(),
                            Files.getLastModifiedTime(path) + " " + Arrays.hashCode(Files.readAllBytes(path)));
                }
            }
        }
        return state;
    }

    private static void restore(Path base, Map<String, byte[]> content) throws IOException {
        try (Stream<Path> paths = Files.walk(base)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                if (!content.containsKey(base.relativize(path).toString())) {
                    Files.delete(path);
                }
            }
        }
        for (Map.Entry<String, byte[]> file : content.entrySet()) {
            Files.write(base.resolve(file.getKey()), file.getValue());
        }
    }

    private static void flip(Path path, int offset, int bit) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(old ^ 1 << bit);
        }
    }
}
