package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage, and logs that are open all the same. */
class TolerantTests {

    private static final boolean TORTURE = Boolean.getBoolean("netbus.torture");
    private static final long SEED = Long.getLong("netbus.seed", System.nanoTime());
    private static final RedexConfig TOLERANT =
            LogFiles.CONFIG.withSegmentBytes(64 * 1024).withRecovery(RecoveryMode.TOLERANT);
    private static final long FIRST = 5; // of the small log, whose first segment is dropped
    private static final long NEXT = 15;

    @TempDir
    private Path temp;

    private SmallLog small;
    private Map<String, byte[]> whole;
    private Map<Long, String> all;

    /** What reading a log in order gave. */
    private record Read(Map<Long, String> records, List<LogHole> holes) {}

    @BeforeEach
    void makeLog() throws IOException {
        small = SmallLog.closed(temp.resolve("log"), WriteMode.MAPPED);
        whole = SmallLog.content(small.base);
        try (Redex redex = Redex.onDisk(small.base, TOLERANT)) {
            all = read(redex.log(SmallLog.NAME)).records();
        }
        assertThat(all).hasSize((int) (NEXT - FIRST));
    }

    /** Records and holes together are the log, whatever bit is flipped, and no hole is larger than the frame that is hit. */
    @Test
    void aroundAnyFlippedBitEveryRecordIsRead() throws IOException {
        Random random = new Random(SEED);
        for (Map.Entry<String, byte[]> file : whole.entrySet()) {
            if (file.getKey().equals("lock")) {
                continue;
            }
            byte[] bytes = file.getValue();
            for (int bit = 0;
                    bit < 8 * bytes.length;
                    bit += TORTURE ? 1 : 1 + random.nextInt(step(file.getKey(), bit))) {
                restore();
                byte[] flipped = bytes.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(small.base.resolve(file.getKey()), flipped);
                String where = "file=" + file.getKey() + ", bit=" + bit + ", seed=" + SEED;

                assertWhole(where, 3);
            }
        }
    }

    private static int step(String file, int bit) {
        boolean inFrames = file.endsWith(".log") && bit / 8 >= SegmentLayout.HEAD_BYTES;
        return inFrames || file.endsWith(".index") ? 16 : 1_500;
    }

    @Test
    void aSegmentThatIsMissingIsAHole() throws IOException {
        List<Path> segments = small.segments();
        for (Path missing : segments) {
            restore();
            Files.delete(missing);
            long base = SegmentLayout.baseSequence(missing.getFileName().toString());
            boolean isFirst = missing.equals(segments.get(0));
            boolean isLast = missing.equals(segments.get(segments.size() - 1));
            try (Redex redex = Redex.onDisk(small.base, LogFiles.CONFIG)) {
                assertThatExceptionOfType(CorruptLogException.class).isThrownBy(() -> redex.log(SmallLog.NAME));
            }
            try (Redex redex = Redex.onDisk(small.base, TOLERANT)) {
                RedexLog log = redex.log(SmallLog.NAME);
                assertThat(log.recovery()).as("%s", missing).isNotEmpty();
                Read read = read(log);
                assertThat(all).containsAllEntriesOf(read.records());
                if (isFirst) {
                    assertThat(log.firstSequence()).isGreaterThan(FIRST);
                } else if (isLast) {
                    assertThat(log.nextSequence()).isEqualTo(base);
                    assertThat(log.epoch()).isEqualTo(1);
                } else {
                    assertThat(read.holes()).singleElement().satisfies(hole -> {
                        assertThat(hole.fromSequence()).isEqualTo(base);
                        assertThat(read.records()).hasSize((int) (NEXT - FIRST - hole.records()));
                        assertThat(log.read(base)).isInstanceOf(ReadResult.Corrupt.class);
                        assertThat(log.stats().damagedRecords()).isEqualTo(hole.records());
                    });
                }
                long sequence = log.append(utf8("goes on"), Long.MAX_VALUE);
                assertThat(log.read(sequence)).isInstanceOf(ReadResult.Present.class);
            }
            try (Redex redex = Redex.onDisk(small.base, TOLERANT)) {
                assertThat(redex.log(SmallLog.NAME).nextSequence()).isGreaterThan(base);
            }
        }
    }

    /** A head that claims another length leads nowhere, and every record behind it is still found on its own. */
    @Test
    void whatLiesBehindADamagedHeadIsReadWithoutTolerance() throws IOException {
        Path base = temp.resolve("one");
        LogFiles files = new LogFiles(base, WriteMode.CHANNEL);
        String[] payloads = new String[100];
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = "record " + i;
        }
        files.append(payloads);
        byte[] bytes = files.bytes(0);
        List<Integer> frames = LogFiles.frameOffsets(bytes);
        for (int field : new int[] {FrameLayout.LENGTH_OFFSET, FrameLayout.COUNT_OFFSET, FrameLayout.TAG_OFFSET}) {
            for (int bit = 0; bit < 32; bit++) {
                byte[] flipped = bytes.clone();
                flipped[frames.get(50) + field + bit / 8] ^= (byte) (1 << bit % 8);
                files.write(0, flipped);
                try (Redex redex = files.open()) {
                    RedexLog log = redex.log(LogFiles.NAME);
                    for (int i = 0; i < payloads.length; i++) {
                        assertThat(log.read(i))
                                .as("field=%d, bit=%d, record=%d", field, bit, i)
                                .isInstanceOf(i == 50 ? ReadResult.Corrupt.class : ReadResult.Present.class);
                    }
                    assertThat(log.stats().damagedRecords()).isEqualTo(1);
                    try (LogCursor cursor = log.cursor(0)) {
                        assertThatExceptionOfType(CorruptLogException.class)
                                .isThrownBy(() -> cursor.read((sequence, stamp, payload) -> true, 100))
                                .withMessageContaining("offset=" + frames.get(50));
                        assertThat(cursor.position()).isEqualTo(50);
                        cursor.seek(51);
                        assertThat(cursor.read((sequence, stamp, payload) -> true, 100))
                                .isEqualTo(49);
                    }
                }
            }
        }
    }

    @Test
    void aReaderThatWantsNoHolesEndsThere() throws IOException {
        Path segment = small.segments().get(1);
        byte[] bytes = Files.readAllBytes(segment);
        Files.write(
                segment, LogFiles.flipped(bytes, LogFiles.frameOffsets(bytes).get(0) + FrameLayout.HEAD_BYTES + 5));
        try (Redex redex = Redex.onDisk(small.base, TOLERANT)) {
            RedexLog log = redex.log(SmallLog.NAME);
            List<LogHole> holes = new ArrayList<>();
            try (LogCursor cursor = log.cursor(FIRST)) {
                LogCursor.RecordReader reader = new LogCursor.RecordReader() {
                    @Override
                    public boolean accept(long sequence, long timestampNanos, ByteBuffer payload) {
                        return true;
                    }

                    @Override
                    public boolean skip(LogHole hole) {
                        holes.add(hole);
                        return false;
                    }
                };
                cursor.read(reader, 100, 1_000_000);

                assertThat(holes).hasSize(1);
                assertThat(cursor.position()).isEqualTo(holes.get(0).toSequence());
                cursor.read(reader, 100);
                assertThat(cursor.position()).isEqualTo(NEXT);
                assertThat(holes).hasSize(1);
            }
        }
    }

    /** Opens the log and reads it, in order and record by record; then again, and with the same result. */
    private void assertWhole(String where, int mostLost) throws IOException {
        Read first;
        try (Redex redex = Redex.onDisk(small.base, TOLERANT)) {
            RedexLog log = redex.log(SmallLog.NAME);
            first = read(log);
            assertThat(all).as(where).containsAllEntriesOf(first.records());
            long lost = first.holes().stream().mapToLong(LogHole::records).sum();
            assertThat(first.records().size() + lost).as(where).isEqualTo(all.size());
            assertThat(lost).as(where).isLessThanOrEqualTo(mostLost);
            assertThat(log.stats().damagedRecords()).as(where).isEqualTo(lost);
            for (long sequence : all.keySet()) {
                ReadResult result = log.read(sequence);
                if (first.records().containsKey(sequence)) {
                    assertThat(result)
                            .as(where)
                            .isInstanceOfSatisfying(
                                    ReadResult.Present.class,
                                    present -> assertThat(new String(present.payload(), StandardCharsets.UTF_8))
                                            .isEqualTo(all.get(sequence)));
                } else {
                    assertThat(result).as(where).isInstanceOf(ReadResult.Corrupt.class);
                }
                assertThat(log.sequenceAt(Long.MIN_VALUE)).as(where).isBetween(FIRST, NEXT);
            }
        }
        try (Redex redex = Redex.onDisk(small.base, TOLERANT)) {
            RedexLog log = redex.log(SmallLog.NAME);
            assertThat(read(log).records()).as(where).isEqualTo(first.records());
            assertThat(log.recovery()).as(where).isEmpty();
        }
    }

    private static Read read(RedexLog log) {
        Read read = new Read(new TreeMap<>(), new ArrayList<>());
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read(
                    new LogCursor.RecordReader() {
                        @Override
                        public boolean accept(long sequence, long timestampNanos, ByteBuffer payload) {
                            read.records().put(sequence, new String(LogFiles.copy(payload), StandardCharsets.UTF_8));
                            return true;
                        }

                        @Override
                        public boolean skip(LogHole hole) {
                            read.holes().add(hole);
                            return true;
                        }
                    },
                    Integer.MAX_VALUE);
            assertThat(cursor.position()).isEqualTo(log.nextSequence());
        }
        return read;
    }

    private void restore() throws IOException {
        try (var paths = Files.walk(small.base)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                Files.delete(path);
            }
        }
        for (Map.Entry<String, byte[]> file : whole.entrySet()) {
            Files.write(small.base.resolve(file.getKey()), file.getValue());
        }
    }
}
