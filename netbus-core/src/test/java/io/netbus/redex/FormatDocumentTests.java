package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/format/redex.md} tells the truth. */
class FormatDocumentTests {

    private static final Pattern DUMP_LINE = Pattern.compile("^([0-9a-f]{8})  ((?:[0-9a-f]{2} +){1,16})\\|.*");
    private static final Pattern TABLE_ROW = Pattern.compile("^\\| (\\d+) \\| (\\d+) \\| .*");

    private static final long TEN = 1_795_168_800_000_000_000L; // 2026-11-20 10:00:00 UTC

    @TempDir
    private Path base;

    private List<String> document;

    @BeforeEach
    void read() throws IOException {
        document = Files.readAllLines(Path.of("..", "docs", "format", "redex.md"));
    }

    @Test
    void theDumpedFileHoldsTheRecordsItIsSaidToHold() throws IOException {
        LogFiles files = new LogFiles(base, WriteMode.MAPPED);
        Files.createDirectories(files.directory);
        files.write(0, dump());
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(LogFiles.payloads(log)).containsExactly("first", "second", "", "third");
            assertThat(((ReadResult.Present) log.read(0)).timestampNanos()).isEqualTo(TEN);
            assertThat(((ReadResult.Present) log.read(3)).timestampNanos()).isEqualTo(TEN + 1_500_000_000);
            assertThat(log.epoch()).isZero();
        }
        assertThat(files.bytes(0)).isEqualTo(dump());
    }

    /** All but the log id, which is random, and what follows from it. */
    @Test
    void theDumpedFileIsWhatIsWrittenToday() throws IOException {
        LogFiles files = new LogFiles(base, WriteMode.MAPPED);
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(LogFiles.utf8("first"), TEN);
            RecordBatch batch = new RecordBatch(0)
                    .add(LogFiles.utf8("second"))
                    .add(LogFiles.utf8(""))
                    .add(LogFiles.utf8("third"));
            log.append(batch, TEN + 1_500_000_000);
        }
        assertThat(withoutLogId(files.bytes(0))).isEqualTo(withoutLogId(dump()));
    }

    private static byte[] withoutLogId(byte[] segment) {
        ByteBuffer bytes = ByteBuffer.wrap(segment.clone());
        bytes.putLong(SegmentLayout.LOG_ID_OFFSET, 0).putInt(SegmentLayout.CRC_OFFSET, 0);
        for (int tip : SegmentLayout.TIP_OFFSETS) {
            bytes.putInt(tip + TipLayout.FRAME_CRC_OFFSET, 0).putInt(tip + TipLayout.CRC_OFFSET, 0);
        }
        List<Integer> frames = LogFiles.frameOffsets(segment);
        for (int frame : frames.subList(0, frames.size() - 1)) {
            bytes.putInt(frame + FrameLayout.CRC_OFFSET, 0).putInt(frame + FrameLayout.TAG_OFFSET, 0);
        }
        return bytes.array();
    }

    @Test
    void theTablesHaveTheOffsetsOfTheCode() {
        assertThat(offsets("### Segment head"))
                .containsExactly(
                        SegmentLayout.MAGIC_OFFSET,
                        SegmentLayout.VERSION_OFFSET,
                        SegmentLayout.EPOCH_OFFSET,
                        SegmentLayout.LOG_ID_OFFSET,
                        SegmentLayout.BASE_SEQUENCE_OFFSET,
                        SegmentLayout.EPOCH_START_OFFSET,
                        SegmentLayout.EPOCH_START_OFFSET + Long.BYTES,
                        SegmentLayout.CRC_OFFSET,
                        SegmentLayout.CRC_OFFSET + Integer.BYTES,
                        SegmentLayout.TIP_OFFSETS[0],
                        SegmentLayout.TIP_OFFSETS[0] + TipLayout.BYTES,
                        SegmentLayout.TIP_OFFSETS[1],
                        SegmentLayout.TIP_OFFSETS[1] + TipLayout.BYTES,
                        SegmentLayout.HEAD_BYTES);
        assertThat(offsets("### Durable tip"))
                .containsExactly(
                        TipLayout.GENERATION_OFFSET,
                        TipLayout.END_OFFSET,
                        TipLayout.NEXT_SEQUENCE_OFFSET,
                        TipLayout.TIMESTAMP_OFFSET,
                        TipLayout.FRAME_BYTES_OFFSET,
                        TipLayout.FRAME_CRC_OFFSET,
                        TipLayout.STATE_OFFSET,
                        TipLayout.STATE_OFFSET + Integer.BYTES,
                        TipLayout.CRC_OFFSET,
                        TipLayout.BYTES);
        assertThat(SegmentLayout.tipOffset(1)).isEqualTo(1024);
        assertThat(SegmentLayout.tipOffset(2)).isEqualTo(512);
        assertThat(offsets("### Checkpoint slot"))
                .containsExactly(
                        CheckpointLayout.MAGIC_OFFSET,
                        CheckpointLayout.VERSION_OFFSET,
                        CheckpointLayout.EPOCH_COUNT_OFFSET,
                        CheckpointLayout.GENERATION_OFFSET,
                        CheckpointLayout.LOG_ID_OFFSET,
                        CheckpointLayout.LOG_START_OFFSET,
                        CheckpointLayout.EPOCHS_OFFSET,
                        CheckpointLayout.CRC_OFFSET,
                        CheckpointLayout.SLOT_BYTES);
        assertThat(CheckpointLayout.slotOffset(1)).isEqualTo(CheckpointLayout.SLOT_BYTES);
        assertThat(offsets("### Index head"))
                .containsExactly(
                        IndexLayout.MAGIC_OFFSET,
                        IndexLayout.VERSION_OFFSET,
                        IndexLayout.EPOCH_OFFSET,
                        IndexLayout.LOG_ID_OFFSET,
                        IndexLayout.BASE_SEQUENCE_OFFSET,
                        IndexLayout.END_OFFSET,
                        IndexLayout.NEXT_SEQUENCE_OFFSET,
                        IndexLayout.COUNT_OFFSET,
                        IndexLayout.ENTRIES_CRC_OFFSET,
                        IndexLayout.UNUSED_OFFSET,
                        IndexLayout.CRC_OFFSET,
                        IndexLayout.HEAD_BYTES);
        assertThat(offsets("### Index entry"))
                .containsExactly(
                        IndexLayout.RECORD_OFFSET,
                        IndexLayout.FRAME_OFFSET,
                        IndexLayout.TIMESTAMP_OFFSET,
                        IndexLayout.ENTRY_BYTES);
        assertThat(SegmentIndex.INTERVAL_BYTES).isEqualTo(1024);
        assertThat(offsets("### Batch frame"))
                .containsExactly(
                        FrameLayout.CRC_OFFSET,
                        FrameLayout.LENGTH_OFFSET,
                        FrameLayout.BASE_SEQUENCE_OFFSET,
                        FrameLayout.TERM_OFFSET,
                        FrameLayout.TIMESTAMP_OFFSET,
                        FrameLayout.COUNT_OFFSET,
                        FrameLayout.TAG_OFFSET,
                        FrameLayout.HEAD_BYTES);
    }

    private byte[] dump() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] last = {};
        boolean repeated = false;
        for (String line : document) {
            Matcher matcher = DUMP_LINE.matcher(line);
            if (matcher.matches()) {
                int offset = Integer.parseInt(matcher.group(1), 16);
                while (repeated && bytes.size() < offset) {
                    bytes.writeBytes(last);
                }
                assertThat(offset).isEqualTo(bytes.size());
                last = HexFormat.of().parseHex(matcher.group(2).replace(" ", ""));
                bytes.writeBytes(last);
            }
            repeated = line.equals("*");
        }
        return bytes.toByteArray();
    }

    /** The offsets in the table under a heading, and the end of its last row; rows must touch. */
    private List<Integer> offsets(String heading) {
        List<Integer> offsets = new ArrayList<>();
        int end = 0;
        for (String line : document.subList(document.indexOf(heading) + 1, document.size())) {
            if (line.startsWith("#")) {
                break;
            }
            Matcher row = TABLE_ROW.matcher(line);
            if (row.matches()) {
                int offset = Integer.parseInt(row.group(1));
                assertThat(offset).isEqualTo(end);
                offsets.add(offset);
                end = offset + Integer.parseInt(row.group(2));
            }
        }
        offsets.add(end);
        return offsets;
    }
}
