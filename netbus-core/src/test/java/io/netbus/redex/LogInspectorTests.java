package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.netbus.redex.SmallLog.Verified;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What looking into a directory finds, without changing it. */
class LogInspectorTests {

    private static final long SEED = Long.getLong("netbus.seed", new Random().nextLong());
    private static final boolean TORTURE = Boolean.getBoolean("netbus.torture");

    private static final Logger REPORTS = Logger.getLogger(LogRecovery.class.getName());

    @TempDir
    private Path temp;

    // --- closed logs

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void aClosedLogIsClean(WriteMode mode) {
        SmallLog small = SmallLog.closed(temp, mode);

        Verified verified = SmallLog.verify(temp);

        assertThat(verified.findings()).isEmpty();
        LogVerdict verdict = verified.verdict();
        assertThat(verdict.condition()).isEqualTo(LogInfo.Condition.CLEAN);
        assertThat(verdict.firstSequence()).isEqualTo(5);
        assertThat(verdict.nextSequence()).isEqualTo(15);
        assertThat(verdict.wholeRecords()).isEqualTo(10);
        assertThat(verdict.lostRecords()).isZero();
        assertThat(verdict.segments()).isEqualTo(3);
        assertThat(small.directory).isDirectory();
    }

    @Test
    void everyFlippedBitIsNamedByFileAndPlace() throws IOException {
        SmallLog.closed(temp, WriteMode.CHANNEL);
        FrozenStore frozen = new FrozenStore(temp);

        long flips = flip(frozen, where -> {
            Verified verified = frozen.verify();
            assertNamed(verified, where);
            assertThat(verified.verdict().condition()).as(where.toString()).isEqualTo(LogInfo.Condition.DAMAGED);
            assertThat(verified.findings().size()).as(where.toString()).isLessThanOrEqualTo(2);
            assertThat(verified.verdict().wholeRecords() + verified.verdict().lostRecords())
                    .as(where.toString())
                    .isEqualTo(10);
        });

        assertThat(frozen.verify().findings()).isEmpty();
        assertThat(flips).isGreaterThan(TORTURE ? 160_000 : 10_000);
    }

    @Test
    void aFlipInALogThatCrashesHaveGoneThroughIsNamed() throws IOException {
        FrozenStore frozen = new FrozenStore(crashedAndClosed());
        Verified whole = frozen.verify();
        assertThat(whole.findings()).isEmpty();
        assertThat(whole.verdict().condition()).isEqualTo(LogInfo.Condition.CLEAN);
        assertThat(whole.verdict().epoch()).isEqualTo(3);

        flip(frozen, where -> assertNamed(frozen.verify(), where));
    }

    @Test
    void aFileCutAnywhereIsNamed() throws IOException {
        SmallLog.closed(temp, WriteMode.CHANNEL);
        FrozenStore frozen = new FrozenStore(temp);
        for (Path path : frozen.logFiles()) {
            byte[] whole = frozen.bytes(path);
            for (int size = 0; size < whole.length; size++) {
                frozen.files.put(path, Arrays.copyOf(whole, size));

                Verified verified = frozen.verify();

                String where = "file=" + path.getFileName() + ", size=" + size;
                assertNamed(verified, path, size, where);
                assertThat(verified.verdict().condition()).as(where).isEqualTo(LogInfo.Condition.DAMAGED);
            }
            frozen.files.put(path, whole);
        }
    }

    @Test
    void aMissingCheckpointIsNamed() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path path = small.directory.resolve(CheckpointFile.FILE_NAME);
        Files.delete(path);

        assertThat(SmallLog.verify(temp).of(LogFinding.Kind.DAMAGE))
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.file()).isEqualTo(path);
                    assertThat(found.field()).isEqualTo("checkpoint");
                });
    }

    @Test
    void aMissingSegmentIsNamedWithItsRecords() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        List<Path> segments = small.segments();
        long[][] records = {{5, 10}, {10, 13}};
        for (int i = 0; i < 2; i++) {
            byte[] whole = Files.readAllBytes(segments.get(i));
            Files.delete(segments.get(i));
            Path missing = segments.get(i);
            long[] gone = records[i];

            Verified verified = SmallLog.verify(temp);

            assertThat(verified.of(LogFinding.Kind.DAMAGE)).singleElement().satisfies(found -> {
                assertThat(found.file()).isEqualTo(missing);
                assertThat(found.field()).isEqualTo("segment");
                assertThat(found.fromSequence()).isEqualTo(gone[0]);
                assertThat(found.toSequence()).isEqualTo(gone[1]);
            });
            assertThat(verified.verdict().lostRecords()).isEqualTo(gone[1] - gone[0]);
            assertThat(verified.verdict().wholeRecords()).isEqualTo(10 - gone[1] + gone[0]);
            Files.write(segments.get(i), whole);
        }
    }

    @Test
    void aMissingLastSegmentIsNamed() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path last = small.segments().get(2);
        Files.delete(last);

        Verified verified = SmallLog.verify(temp);

        assertThat(verified.of(LogFinding.Kind.DAMAGE)).singleElement().satisfies(found -> {
            assertThat(found.file()).isEqualTo(last);
            assertThat(found.field()).isEqualTo("segment");
        });
        assertThat(verified.verdict().condition()).isEqualTo(LogInfo.Condition.DAMAGED);
    }

    @Test
    void aSegmentOfAnotherLogIsNamed() throws IOException {
        SmallLog small = SmallLog.closed(temp.resolve("a"), WriteMode.CHANNEL);
        SmallLog other = SmallLog.closed(temp.resolve("b"), WriteMode.CHANNEL);
        for (Path path : small.segments()) {
            byte[] whole = Files.readAllBytes(path);
            Files.write(path, Files.readAllBytes(other.directory.resolve(path.getFileName())));

            Verified verified = SmallLog.verify(small.base);

            assertThat(verified.of(LogFinding.Kind.DAMAGE)).singleElement().satisfies(found -> {
                assertThat(found.file()).isEqualTo(path);
                assertThat(found.field()).isEqualTo("logId");
                assertThat(found.offset()).isEqualTo(SegmentLayout.LOG_ID_OFFSET);
            });
            assertThat(verified.verdict().wholeRecords()).isLessThan(10);
            assertThat(verified.verdict().wholeRecords() + verified.verdict().lostRecords())
                    .isEqualTo(10);
            Files.write(path, whole);
        }
    }

    @Test
    void swappedSegmentsOfOneLogAreNamed() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        List<Path> segments = small.segments();
        byte[] first = Files.readAllBytes(segments.get(0));
        Files.write(segments.get(0), Files.readAllBytes(segments.get(1)));
        Files.write(segments.get(1), first);

        assertThat(SmallLog.verify(temp).of(LogFinding.Kind.DAMAGE))
                .extracting(LogFinding::file, LogFinding::field)
                .contains(tuple(segments.get(0), "baseSequence"), tuple(segments.get(1), "baseSequence"));
    }

    @Test
    void bytesBehindTheEndOfAClosedSegmentAreDamageAndZerosAreNot() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        for (Path path : small.segments()) {
            byte[] whole = Files.readAllBytes(path);
            byte[] longer = Arrays.copyOf(whole, whole.length + 10_000);
            Files.write(path, longer);
            assertThat(SmallLog.verify(temp).findings())
                    .singleElement()
                    .satisfies(found -> assertThat(found.kind()).isEqualTo(LogFinding.Kind.CRASH));

            longer[whole.length + 7_000] = 1;
            Files.write(path, longer);
            assertThat(SmallLog.verify(temp).findings()).singleElement().satisfies(found -> {
                assertThat(found.kind()).isEqualTo(LogFinding.Kind.DAMAGE);
                assertThat(found.field()).isEqualTo("bytesBehindEnd");
                assertThat(found.offset()).isEqualTo(whole.length);
                assertThat(found.bytes()).isEqualTo(7_001);
            });
            Files.write(path, whole);
        }
    }

    @Test
    void readingGoesOnBehindDamageAndSaysWhichRecordsAreGone() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path path = small.segments().get(0); // records 5, 6, and 7 to 9
        List<Integer> frames = LogFiles.frameOffsets(Files.readAllBytes(path));
        flip(path, frames.get(1) + 45, 0);

        Verified verified = SmallLog.verify(temp);

        assertThat(verified.findings()).singleElement().satisfies(found -> {
            assertThat(found.offset()).isEqualTo(frames.get(1).longValue());
            assertThat(found.bytes()).isEqualTo(frames.get(2) - frames.get(1));
            assertThat(found.field()).isEqualTo("checksum");
            assertThat(found.fromSequence()).isEqualTo(6);
            assertThat(found.toSequence()).isEqualTo(7);
        });
        assertThat(verified.verdict().wholeRecords()).isEqualTo(9);

        List<Long> read = new ArrayList<>();
        List<LogFinding> stepped = new ArrayList<>();
        try (LogReader reader = LogInspector.of(temp).reader(SmallLog.NAME, 0, stepped::add)) {
            reader.read((sequence, stamp, payload) -> read.add(sequence), Integer.MAX_VALUE);
        }
        assertThat(read).containsExactly(5L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L);
        assertThat(stepped).singleElement().satisfies(found -> {
            assertThat(found.fromSequence()).isEqualTo(6);
            assertThat(found.toSequence()).isEqualTo(7);
        });
    }

    @Test
    void aFrameInAPayloadIsNotTakenForOneOfTheLog() throws IOException {
        byte[] frame;
        try (SmallLog small = new SmallLog(temp, WriteMode.CHANNEL)) {
            small.append("the frame of this record is the payload of the next");
            byte[] file = Files.readAllBytes(small.segments().get(0));
            frame = Arrays.copyOfRange(file, SegmentLayout.HEAD_BYTES, file.length);
            byte[] payload = new byte[4 + frame.length]; // so that it lies where a frame could
            System.arraycopy(frame, 0, payload, 4, frame.length);
            small.log.append(ByteBuffer.wrap(payload), 0);
            small.append("last");
        }
        Path path = temp.resolve("orders.redex").resolve(SegmentLayout.fileName(0));
        flip(path, SegmentLayout.HEAD_BYTES + frame.length + 8, 3);

        assertThat(SmallLog.verify(temp).findings()).singleElement().satisfies(found -> {
            assertThat(found.fromSequence()).isEqualTo(1);
            assertThat(found.toSequence()).isEqualTo(2);
        });
    }

    @Test
    void aSectorThatCannotBeReadTakesOnlyItselfAway() throws IOException {
        try (SmallLog small = new SmallLog(temp, WriteMode.CHANNEL)) {
            for (int i = 0; i < 40; i++) {
                small.append("x".repeat(1_000));
            }
        }
        int bad = 20_000;
        Verified verified = SmallLog.verify(temp, new FaultyStore() {
            @Override
            public SegmentFile openForReading(Path file) throws IOException {
                return new BadSector(super.openForReading(file), bad);
            }
        });

        assertThat(verified.findings()).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(LogFinding.Kind.DAMAGE);
            assertThat(found.field()).isEqualTo("read");
            assertThat(found.offset()).isLessThanOrEqualTo(bad);
            assertThat(found.offset() + found.bytes()).isGreaterThan(bad);
            assertThat(found.records()).isLessThanOrEqualTo(5);
        });
        assertThat(verified.verdict().wholeRecords()).isGreaterThanOrEqualTo(35);
    }

    // --- beside the logs

    @Test
    void strangeFilesAreNamedAndAreNoDamage() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path beside = Files.createFile(temp.resolve("notes.txt"));
        Path within = Files.createFile(small.directory.resolve("1.log"));

        Verified verified = SmallLog.verify(temp);

        assertThat(verified.findings())
                .allSatisfy(found -> assertThat(found.kind()).isEqualTo(LogFinding.Kind.STRAY))
                .extracting(LogFinding::file)
                .containsExactlyInAnyOrder(beside, within);
        assertThat(verified.verdict().condition()).isEqualTo(LogInfo.Condition.CLEAN);
    }

    @Test
    void aDirectoryWithoutLogsIsRefused() throws IOException {
        Files.createDirectories(temp.resolve("empty"));

        assertThatExceptionOfType(NotRedexDirectoryException.class)
                .isThrownBy(() -> LogInspector.of(temp.resolve("empty")))
                .withMessageContaining("not a RedEX directory");
        assertThatExceptionOfType(NotRedexDirectoryException.class)
                .isThrownBy(() -> LogInspector.of(temp.resolve("missing")))
                .withMessageContaining("directory is missing");
    }

    // --- logs left by a crash, and open ones

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void whatACrashLeavesIsNoDamageWhereverItIsCut(WriteMode mode) throws IOException {
        Path copy;
        long tipEnd;
        byte[] whole;
        try (SmallLog small = new SmallLog(temp.resolve("open"), mode)) {
            small.append("sealed");
            small.roll();
            small.append("forced");
            small.log.sync();
            small.append("forced too"); // writes the tip of the force before
            small.log.sync();
            small.append("not forced");
            small.batch("nor", "this");
            copy = SmallLog.copy(small.base, temp.resolve("copy"));
        }
        Path active = copy.resolve("orders.redex").resolve(SegmentLayout.fileName(1));
        whole = Files.readAllBytes(active);
        SegmentTip tip = SmallLog.tip(whole);
        tipEnd = tip.end();
        int end = (int) (tipEnd + endOfFrames(Arrays.copyOfRange(whole, (int) tipEnd, whole.length)));

        Verified crashed = SmallLog.verify(copy);
        assertThat(crashed.findings()).isEmpty();
        assertThat(crashed.verdict().condition()).isEqualTo(LogInfo.Condition.LEFT_BY_CRASH);
        assertThat(crashed.verdict().nextSequence()).isEqualTo(6);
        assertThat(crashed.verdict().unforcedRecords()).isEqualTo(6 - tip.nextSequence());

        for (int size = end - 1; size >= SegmentLayout.HEAD_BYTES; size--) {
            byte[] cut = Arrays.copyOf(whole, size);
            byte[] left = mode == WriteMode.MAPPED ? Arrays.copyOf(cut, 64 * 1024) : cut;
            Files.write(active, left);
            Verified verified = SmallLog.verify(copy);
            if (size >= tipEnd || Arrays.mismatch(left, whole) >= tipEnd) { // padding may be cut without a trace
                assertThat(verified.of(LogFinding.Kind.DAMAGE))
                        .as("size=%d", size)
                        .isEmpty();
                assertThat(verified.verdict().condition())
                        .as("size=%d", size)
                        .isEqualTo(LogInfo.Condition.LEFT_BY_CRASH);
            } else {
                assertThat(verified.of(LogFinding.Kind.DAMAGE))
                        .as("size=%d", size)
                        .isNotEmpty();
            }
        }
    }

    @Test
    void aSlotOfTheCheckpointTornByACrashIsNoDamage() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path file = small.directory.resolve(CheckpointFile.FILE_NAME);
        byte[] whole = Files.readAllBytes(file);
        Checkpoint newest = Objects.requireNonNull(
                CheckpointPart.read(new FileStore(), file).newest());
        int other = (int) CheckpointLayout.slotOffset(newest.generation() + 1);
        byte[] next = CheckpointLayout.encode(newest.next().with(new SegmentHead(newest.logId(), 1, 15, 15)))
                .array();
        for (int sectors = 1; sectors < 1 << 8; sectors++) {
            byte[] torn = whole.clone();
            for (int i = 0; i < 8; i++) {
                if ((sectors & 1 << i) != 0) {
                    System.arraycopy(next, i * 512, torn, other + i * 512, 512);
                }
            }
            Files.write(file, torn);

            Verified verified = SmallLog.verify(temp);

            assertThat(verified.of(LogFinding.Kind.DAMAGE))
                    .as("sectors=%d", sectors)
                    .isEmpty();
            assertThat(verified.verdict().condition()).as("sectors=%d", sectors).isEqualTo(LogInfo.Condition.CLEAN);
        }
        for (int at : new int[] {CheckpointLayout.LOG_ID_OFFSET, 700}) { // no crash writes that
            byte[] noise = whole.clone();
            Arrays.fill(noise, other + at, other + at + 4, (byte) 0xa5);
            Files.write(file, noise);
            assertThat(SmallLog.verify(temp).of(LogFinding.Kind.DAMAGE)).hasSize(1);
        }
    }

    /** A tip is written over the one before the last, eight bytes at a time; a process may end in between. */
    @Test
    void aTipOfWhichAPartWasWrittenIsNoDamage() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path last = small.segments().get(2);
        byte[] whole = Files.readAllBytes(last);
        SegmentTip tip = SmallLog.tip(whole);
        int slot = SegmentLayout.tipOffset(tip.generation() + 1);
        byte[] next = TipLayout.encode(new SegmentTip(
                        tip.generation() + 1,
                        tip.end() + 56,
                        tip.nextSequence() + 1,
                        tip.timestampNanos() + 77,
                        56,
                        0x12345678,
                        SegmentTip.State.OPEN))
                .array();
        for (int written = 16; written < TipLayout.BYTES; written += Long.BYTES) {
            byte[] torn = whole.clone();
            System.arraycopy(next, 0, torn, slot, written);
            Files.write(last, torn);

            Verified verified = SmallLog.verify(temp);

            assertThat(verified.findings())
                    .as("written=%d", written)
                    .singleElement()
                    .satisfies(found -> {
                        assertThat(found.kind()).isEqualTo(LogFinding.Kind.CRASH);
                        assertThat(found.file()).isEqualTo(last);
                        assertThat(found.offset()).isEqualTo(slot);
                    });
            assertThat(verified.verdict().condition()).isEqualTo(LogInfo.Condition.CLEAN);
        }
        byte[] noise = whole.clone();
        Arrays.fill(noise, slot + 20, slot + 30, (byte) 0xa5); // no tip ends there
        Files.write(last, noise);
        assertThat(SmallLog.verify(temp).of(LogFinding.Kind.DAMAGE)).hasSize(1);
    }

    /** A tip is not forced before the next one is written, into another sector: a power cut may keep that alone. */
    @Test
    void aTipThatAPowerCutTookIsNoDamage() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        Path last = small.segments().get(2);
        byte[] bytes = Files.readAllBytes(last);
        SegmentTip tip = SmallLog.tip(bytes);
        assertThat(tip.generation()).isEqualTo(4);
        SegmentTip first =
                SegmentTip.empty(SegmentLayout.baseSequence(last.getFileName().toString()), 0, SegmentTip.State.OPEN);
        byte[] older = TipLayout.encode(first).array();
        System.arraycopy(older, 0, bytes, SegmentLayout.tipOffset(3), older.length);
        Files.write(last, bytes);

        assertThat(SmallLog.verify(temp).findings()).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(LogFinding.Kind.CRASH);
            assertThat(found.field()).isEqualTo("tipGeneration");
        });
    }

    @Test
    void bytesThatOpeningCutOffAndAPowerCutBroughtBackAreNoDamage() throws IOException {
        Path crashed = temp.resolve("crashed");
        try (SmallLog small = new SmallLog(temp.resolve("open"), WriteMode.CHANNEL)) {
            small.append("forced");
            small.log.sync();
            small.append("forced too");
            small.log.sync();
            small.batch("behind", "the tip");
            SmallLog.copy(small.base, crashed);
        }
        Path first = crashed.resolve("orders.redex").resolve(SegmentLayout.fileName(0));
        byte[] uncut = Files.readAllBytes(first);
        REPORTS.setLevel(Level.OFF);
        try {
            new SmallLog(crashed, WriteMode.CHANNEL).close();
        } finally {
            REPORTS.setLevel(null);
        }
        byte[] cut = Files.readAllBytes(first);
        assertThat(cut).hasSizeLessThan(uncut.length);
        System.arraycopy(cut, 0, uncut, 0, cut.length);
        Files.write(first, uncut);

        Verified verified = SmallLog.verify(crashed);

        assertThat(verified.findings()).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(LogFinding.Kind.CRASH);
            assertThat(found.file()).isEqualTo(first);
            assertThat(found.offset()).isEqualTo(cut.length);
        });
        assertThat(verified.verdict().wholeRecords()).isEqualTo(4);
        assertThat(verified.verdict().condition()).isEqualTo(LogInfo.Condition.CLEAN);
    }

    @Test
    void aSegmentWithoutATipBehindTheLogsEndIsNoDamage() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.CHANNEL);
        byte[] page = Arrays.copyOf(Files.readAllBytes(small.segments().get(0)), SegmentLayout.HEAD_BYTES);
        for (int tip : SegmentLayout.TIP_OFFSETS) {
            Arrays.fill(page, tip, tip + TipLayout.BYTES, (byte) 0);
        }
        Path behind = small.directory.resolve(SegmentLayout.fileName(15));
        Files.write(behind, page);

        assertThat(SmallLog.verify(temp).findings()).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(LogFinding.Kind.CRASH);
            assertThat(found.file()).isEqualTo(behind);
            assertThat(found.field()).isEqualTo("tip");
        });
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void besideALivingOwnerNothingIsDamage(WriteMode mode) throws IOException {
        try (SmallLog small = new SmallLog(temp, mode)) {
            Random random = new Random(SEED);
            for (int round = 0; round < 200; round++) {
                small.append("x".repeat(random.nextInt(3_000)));
                switch (random.nextInt(4)) {
                    case 0 -> small.log.sync();
                    case 1 -> small.roll();
                    case 2 -> small.dropBelow(small.log.nextSequence() - random.nextInt(10));
                    default -> small.batch("a", "b");
                }
                Verified verified = SmallLog.verify(temp);
                assertThat(verified.of(LogFinding.Kind.DAMAGE))
                        .as("round=%d, seed=%d", round, SEED)
                        .isEmpty();
                assertThat(verified.verdict().nextSequence()).isEqualTo(small.log.nextSequence());
                assertThat(verified.verdict().firstSequence()).isEqualTo(small.log.firstSequence());
                LogInfo info = LogInspector.of(temp).info(SmallLog.NAME);
                assertThat(info.nextSequence()).isEqualTo(small.log.nextSequence());
                assertThat(info.firstSequence()).isEqualTo(small.log.firstSequence());
            }
        }
    }

    @Test
    void besideAnotherProcessThatAppendsNothingIsDamage() throws Exception {
        try (ChildProcess owner = ChildProcess.appending(temp, WriteMode.MAPPED)) {
            assertThat(owner.line()).isEqualTo("open");
            long next = 0;
            long seen = 0;
            for (int round = 0; round < (TORTURE ? 2_000 : 60); round++) {
                while (next <= seen) { // its output has to be read, or it waits
                    String line = owner.line();
                    assertThat(line).isNotNull();
                    next = Long.parseLong(line);
                }
                Verified verified = SmallLog.verify(temp);
                assertThat(verified.of(LogFinding.Kind.DAMAGE))
                        .as("round=%d", round)
                        .isEmpty();
                assertThat(verified.verdict().condition()).isEqualTo(LogInfo.Condition.IN_USE);
                assertThat(verified.verdict().nextSequence()).isGreaterThanOrEqualTo(next);
                seen = next + 100;
            }
            owner.kill();
        }
        Verified crashed = SmallLog.verify(temp);
        assertThat(crashed.of(LogFinding.Kind.DAMAGE)).isEmpty();
        assertThat(crashed.verdict().condition()).isEqualTo(LogInfo.Condition.LEFT_BY_CRASH);
    }

    @Test
    void lookingChangesNothing() throws IOException {
        SmallLog small = SmallLog.closed(temp, WriteMode.MAPPED);
        flip(small.segments().get(1), 4_200, 2);
        Files.createFile(small.directory.resolve("x.tmp"));
        Map<String, String> before = stamps();

        SmallLog.verify(temp);
        LogInspector.of(temp).info(SmallLog.NAME);
        LogInspector.of(temp).owner();
        try (LogReader reader = LogInspector.of(temp).reader(SmallLog.NAME, 0, found -> {})) {
            reader.read((sequence, stamp, payload) -> true, Integer.MAX_VALUE);
        }

        assertThat(stamps()).isEqualTo(before);
    }

    @Test
    void theOwnerIsToldWithoutTakingItsLock() throws Exception {
        SmallLog.closed(temp, WriteMode.CHANNEL);
        assertThat(LogInspector.of(temp).owner()).isEqualTo(LogOwner.NONE);
        try (ChildProcess owner = ChildProcess.holding(temp)) {
            assertThat(owner.line()).isEqualTo("open");
            LogOwner found = LogInspector.of(temp).owner();
            assertThat(found.alive()).isTrue();
            assertThat(found.pid()).hasValue(owner.pid());
            try (ChildProcess late = ChildProcess.trying(temp)) {
                assertThat(late.line()).contains("directory is in use");
            }
            owner.kill();
        }
        try (SmallLog own = new SmallLog(temp, WriteMode.CHANNEL)) {
            assertThat(LogInspector.of(temp).owner().alive()).isTrue();
            assertThat(own.log.nextSequence()).isEqualTo(15);
            try (ChildProcess late = ChildProcess.trying(temp)) { // looking did not lose the lock
                assertThat(late.line()).contains("directory is in use");
            }
        }
    }

    @Test
    void aDeadOwnerIsNoOwner() throws Exception {
        SmallLog.closed(temp, WriteMode.CHANNEL);
        long pid;
        try (ChildProcess owner = ChildProcess.holding(temp)) {
            owner.line();
            pid = owner.pid();
            owner.kill();
        }
        LogOwner found = LogInspector.of(temp).owner();
        assertThat(found.alive()).isFalse();
        assertThat(found.pid()).hasValue(pid);
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void aReaderFollowsALivingOwner(WriteMode mode) {
        try (SmallLog small = new SmallLog(temp, mode);
                LogReader reader = LogInspector.of(temp).reader(SmallLog.NAME, 0, found -> {})) {
            long next = 0;
            Random random = new Random(SEED);
            for (int round = 0; round < 300; round++) {
                small.append("record " + round);
                if (random.nextInt(10) == 0) {
                    small.roll();
                }
                List<Long> read = new ArrayList<>();
                while (reader.read((sequence, stamp, payload) -> read.add(sequence), 10) > 0) {
                    // until the end
                }
                assertThat(read).as("round=%d, seed=%d", round, SEED).containsExactly(next++);
            }
        }
    }

    // --- help

    /** A log that was opened anew after three crashes, the last time to be closed. */
    private Path crashedAndClosed() throws IOException {
        Path base = temp.resolve("0");
        REPORTS.setLevel(Level.OFF);
        try {
            for (int crash = 1; crash <= 3; crash++) {
                try (SmallLog small = new SmallLog(base, WriteMode.CHANNEL)) {
                    small.append("before crash " + crash);
                    small.log.sync();
                    small.batch("and", "after the force");
                    if (crash == 2) {
                        small.roll();
                        small.append("in another segment");
                    }
                    base = SmallLog.copy(small.base, temp.resolve(Integer.toString(crash)));
                }
            }
            new SmallLog(base, WriteMode.CHANNEL).close();
        } finally {
            REPORTS.setLevel(null);
        }
        return base;
    }

    /** A bit that is flipped. */
    private record Flip(Path path, int offset, int bit) {

        @Override
        public String toString() {
            return "file=" + path.getFileName() + ", offset=" + offset + ", bit=" + bit + ", seed=" + SEED;
        }
    }

    /** Flips each bit of all files, one at a time, or one in some of their bytes; returns how many. */
    private static long flip(FrozenStore frozen, Consumer<Flip> check) {
        Random random = new Random(SEED);
        long flips = 0;
        for (Path path : frozen.logFiles()) {
            byte[] bytes = frozen.bytes(path);
            for (int offset = 0; offset < bytes.length; offset += TORTURE ? 1 : 1 + random.nextInt(3)) {
                int only = random.nextInt(Byte.SIZE);
                for (int bit = TORTURE ? 0 : only; bit <= (TORTURE ? Byte.SIZE - 1 : only); bit++) {
                    bytes[offset] ^= (byte) (1 << bit);
                    check.accept(new Flip(path, offset, bit));
                    bytes[offset] ^= (byte) (1 << bit);
                    flips++;
                }
            }
        }
        System.out.println("seed=" + SEED + " flips=" + flips);
        return flips;
    }

    private static void assertNamed(Verified verified, Flip flip) {
        assertNamed(verified, flip.path(), flip.offset(), flip.toString());
    }

    private static void assertNamed(Verified verified, Path path, long offset, String where) {
        assertThat(verified.of(LogFinding.Kind.DAMAGE))
                .as(where)
                .anyMatch(found -> found.file().equals(path)
                        && found.offset() <= offset
                        && offset < Math.max(found.offset() + 1, found.offset() + found.bytes()));
    }

    private Map<String, String> stamps() throws IOException {
        Map<String, String> stamps = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(temp)) {
            for (Path path : paths.toList()) {
                String bytes = Files.isRegularFile(path) ? Arrays.toString(Files.readAllBytes(path)) : "";
                stamps.put(path.toString(), Files.getLastModifiedTime(path) + " " + bytes.hashCode());
            }
        }
        return stamps;
    }

    private static void flip(Path path, int offset, int bit) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(old ^ 1 << bit);
        }
    }

    /** How far whole-looking frames go, by their lengths. */
    private static int endOfFrames(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (at + FrameLayout.HEAD_BYTES <= bytes.length && buffer.getInt(at + FrameLayout.LENGTH_OFFSET) > 0) {
            at += buffer.getInt(at + FrameLayout.LENGTH_OFFSET);
        }
        return at;
    }

    /** A file of which one sector of 512 bytes cannot be read. */
    private static final class BadSector implements SegmentFile {

        private final SegmentFile file;
        private final int bad;

        private BadSector(SegmentFile file, int bad) {
            this.file = file;
            this.bad = bad;
        }

        @Override
        public int read(ByteBuffer bytes, long offset) throws IOException {
            if (offset <= bad && bad < offset + bytes.remaining() && bad < file.size()) {
                throw new IOException("Input/output error");
            }
            return file.read(bytes, offset);
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            file.write(bytes, offset);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void resize(long bytes) throws IOException {
            file.resize(bytes);
        }

        @Override
        public Mapping map(int bytes) throws IOException {
            return file.map(bytes);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
