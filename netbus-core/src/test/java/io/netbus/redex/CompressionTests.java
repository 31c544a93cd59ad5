package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames whose records are compressed, beside those whose are not. */
class CompressionTests {

    private static final String LONG = "{\"status\":\"PLACED\",\"currency\":\"EUR\"}".repeat(40);

    @TempDir
    private Path base;

    private Redex open(Compression compression, WriteMode mode) {
        return Redex.onDisk(
                base,
                LogFiles.RARELY
                        .withWriteMode(mode)
                        .withLogDefaults(LogFiles.RARELY
                                .logDefaults()
                                .withWriteMode(mode)
                                .withCompression(compression)));
    }

    private Path segment() {
        return base.resolve(LogName.directory(LogFiles.NAME)).resolve(SegmentLayout.fileName(0));
    }

    private long fileBytes() throws Exception {
        return Files.size(segment());
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void aLogMayHoldFramesOfBothKindsAndTheSettingMayChange(WriteMode mode) {
        List<String> expected = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            Compression compression = round % 2 == 0 ? Compression.LZ4 : Compression.NONE;
            try (Redex redex = open(compression, mode)) {
                RedexLog log = redex.log(LogFiles.NAME);
                log.append(utf8(LONG + round), 1);
                log.append(utf8("short"), 1);
                log.append(new RecordBatch(0).add(utf8("")).add(utf8(LONG)).add(utf8("end")), 1);
                expected.addAll(List.of(LONG + round, "short", "", LONG, "end"));
                assertThat(LogFiles.payloads(log)).isEqualTo(expected);
                for (int i = 0; i < expected.size(); i++) {
                    ReadResult.Present found = (ReadResult.Present) log.read(i);
                    assertThat(new String(found.payload(), StandardCharsets.UTF_8))
                            .isEqualTo(expected.get(i));
                }
            }
        }
        SmallLog.Verified verified = SmallLog.verify(base);
        assertThat(verified.findings()).isEmpty();
        assertThat(verified.verdict().wholeRecords()).isEqualTo(expected.size());
        assertThat(inspected()).isEqualTo(expected);
    }

    private List<String> inspected() {
        List<String> records = new ArrayList<>();
        try (LogReader reader = LogInspector.of(base).reader(LogFiles.NAME, 0, finding -> {})) {
            reader.read(
                    (sequence, stamp, payload) ->
                            records.add(StandardCharsets.UTF_8.decode(payload).toString()),
                    Integer.MAX_VALUE);
        }
        return records;
    }

    @Test
    void aBatchTakesAFractionOfItsRoom() throws Exception {
        RecordBatch batch = new RecordBatch(0);
        for (int i = 0; i < 64; i++) {
            batch.add(utf8("{\"orderId\":" + (100_000 + i) + ",\"status\":\"PLACED\",\"currency\":\"EUR\"}"));
        }
        try (Redex redex = open(Compression.LZ4, WriteMode.CHANNEL)) {
            redex.log(LogFiles.NAME).append(batch, 1);
        }
        assertThat(fileBytes() - SegmentLayout.HEAD_BYTES).isLessThan(batch.encodedBytes() / 3);
    }

    /** Random bytes become longer, and so would some that are few. */
    @Test
    void whatDoesNotBecomeShorterIsStoredAsItIs() throws Exception {
        byte[] random = new byte[10_000];
        new Random(1).nextBytes(random);
        try (Redex redex = open(Compression.LZ4, WriteMode.CHANNEL)) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(ByteBuffer.wrap(random), 1);
            log.append(utf8("a".repeat(RecordCodec.MIN_BYTES - 1)), 1);
        }
        assertThat(fileBytes())
                .isEqualTo(SegmentLayout.HEAD_BYTES
                        + FrameLayout.frameBytes(FrameLayout.RECORD_HEAD_BYTES + random.length)
                        + FrameLayout.frameBytes(FrameLayout.RECORD_HEAD_BYTES + RecordCodec.MIN_BYTES - 1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void payloadsOfAnyBufferAndSizeComeBack(boolean direct) {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        List<byte[]> expected = new ArrayList<>();
        try (Redex redex = open(Compression.LZ4, WriteMode.MAPPED)) {
            RedexLog log = redex.log(LogFiles.NAME);
            for (int i = 0; i < 300; i++) {
                byte[] payload = new byte[random.nextInt(i % 50 == 0 ? 1_000_000 : 2_000)];
                for (int j = 0; j < payload.length; j++) {
                    payload[j] = (byte) random.nextInt(1 + i % 5);
                }
                expected.add(payload);
                ByteBuffer buffer = direct
                        ? ByteBuffer.allocateDirect(payload.length + 7)
                        : ByteBuffer.allocate(payload.length + 7);
                buffer.position(3).put(payload).flip().position(3);
                log.append(direct ? buffer : buffer.slice().asReadOnlyBuffer(), i);
            }
            try (LogCursor cursor = log.cursor(0)) {
                cursor.read(
                        (sequence, stamp, payload) -> {
                            byte[] found = new byte[payload.remaining()];
                            payload.get(found);
                            assertThat(found).as("seed=%d", seed).isEqualTo(expected.get((int) sequence));
                            return true;
                        },
                        Integer.MAX_VALUE);
                assertThat(cursor.position()).isEqualTo(expected.size());
            }
        }
    }

    @Test
    void manyAppendersShareTheLog() throws Exception {
        int threads = 4;
        int each = 200;
        try (Redex redex = open(Compression.LZ4, WriteMode.MAPPED)) {
            RedexLog log = redex.log(LogFiles.NAME);
            ExecutorService executor = Executors.newFixedThreadPool(threads);
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String mine = String.valueOf(t).repeat(300);
                done.add(executor.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        log.append(new RecordBatch(0).add(utf8(mine)).add(utf8(mine + i)), 1);
                    }
                }));
            }
            for (Future<?> future : done) {
                future.get(60, TimeUnit.SECONDS);
            }
            executor.shutdown();
            List<String> payloads = LogFiles.payloads(log);
            assertThat(payloads).hasSize(2 * threads * each);
            for (int i = 0; i < payloads.size(); i += 2) {
                assertThat(payloads.get(i + 1)).startsWith(payloads.get(i));
            }
        }
    }

    // --- damage

    @Test
    void everyFlippedBitIsFound() throws Exception {
        try (Redex redex = open(Compression.LZ4, WriteMode.CHANNEL)) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(utf8("before"), 1);
            log.append(new RecordBatch(0).add(utf8(LONG)).add(utf8("b")), 1);
            log.append(utf8("behind"), 1);
        }
        byte[] whole = Files.readAllBytes(segment());
        int frame = LogFiles.frameOffsets(whole).get(1);
        int end = LogFiles.frameOffsets(whole).get(2);
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        boolean all = Boolean.getBoolean("netbus.torture");
        for (int bit = 8 * frame; bit < 8 * end; bit += all ? 1 : 1 + random.nextInt(15)) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(segment(), flipped);
            int place = bit / 8;
            SmallLog.Verified verified = SmallLog.verify(base);
            assertThat(verified.of(LogFinding.Kind.DAMAGE))
                    .as("seed=%d, bit=%d", seed, bit)
                    .anySatisfy(finding -> assertThat((long) place)
                            .isBetween(finding.offset(), finding.offset() + finding.bytes() - 1));
            try (Redex redex = open(Compression.NONE, WriteMode.CHANNEL)) {
                RedexLog log = redex.log(LogFiles.NAME);
                assertThat(log.read(1)).as("seed=%d, bit=%d", seed, bit).isInstanceOf(ReadResult.Corrupt.class);
                assertThat(log.read(2)).as("seed=%d, bit=%d", seed, bit).isInstanceOf(ReadResult.Corrupt.class);
                assertThat(log.read(3)).as("seed=%d, bit=%d", seed, bit).isInstanceOf(ReadResult.Present.class);
            }
        }
    }

    /** What a checksum vouches for may still be no block, if somebody made the file. */
    @ParameterizedTest
    @ValueSource(strings = {"garbage", "endless", "longer", "shorter", "negative", "unknown"})
    void aBlockThatIsNoneIsAnAnswer(String kind) throws Exception {
        try (Redex redex = open(Compression.LZ4, WriteMode.CHANNEL)) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(utf8("before"), 1);
            log.append(utf8(LONG), 1);
            log.append(utf8("behind"), 1);
        }
        byte[] bytes = Files.readAllBytes(segment());
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int frame = LogFiles.frameOffsets(bytes).get(1);
        int body = frame + FrameLayout.HEAD_BYTES;
        int expanded = file.getInt(body);
        int block = file.getInt(body + Integer.BYTES);
        switch (kind) {
            case "garbage" ->
                new Random(7).ints(block).forEach(i -> file.put(body + 8 + Math.floorMod(i, block), (byte) i));
            case "endless" -> file.putInt(body, Integer.MAX_VALUE);
            case "longer" -> file.putInt(body, expanded + 1);
            case "shorter" -> file.putInt(body, expanded - 1);
            case "negative" -> file.putInt(body + Integer.BYTES, -block);
            default -> file.putInt(frame + FrameLayout.COUNT_OFFSET, FrameLayout.countField(1, 2));
        }
        file.putInt(frame, FrameLayout.crc(new CRC32C(), file, frame, file.getInt(frame + FrameLayout.LENGTH_OFFSET)));
        Files.write(segment(), bytes);

        assertThat(SmallLog.verify(base).of(LogFinding.Kind.DAMAGE)).isNotEmpty();
        try (Redex redex = open(Compression.NONE, WriteMode.CHANNEL)) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(log.read(0)).isInstanceOf(ReadResult.Present.class);
            assertThat(log.read(1)).isInstanceOf(ReadResult.Corrupt.class);
            assertThat(log.read(2)).isInstanceOf(ReadResult.Present.class);
        }
    }
}
