package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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

    @TempDir
    private Path base;

    private List<String> document;

    @BeforeEach
    void read() throws IOException {
        document = Files.readAllLines(Path.of("..", "docs", "format", "redex.md"));
    }

    @Test
    void theDumpedFileHoldsTheRecordsItIsSaidToHold() throws IOException {
        LogFiles files = new LogFiles(base);
        Files.createDirectories(files.directory);
        files.write(0, dump());
        try (Redex redex = files.open()) {
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(LogFiles.payloads(log)).containsExactly("first", "second", "", "third");
            long ten = 1_795_168_800_000_000_000L; // 2026-11-20 10:00:00 UTC
            assertThat(((ReadResult.Present) log.read(0)).timestampNanos()).isEqualTo(ten);
            assertThat(((ReadResult.Present) log.read(3)).timestampNanos()).isEqualTo(ten + 1_500_000_000);
            assertThat(log.epoch()).isZero();
        }
        assertThat(files.bytes(0)).isEqualTo(dump());
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
                        SegmentLayout.HEAD_BYTES);
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
        for (String line : document) {
            Matcher matcher = DUMP_LINE.matcher(line);
            if (matcher.matches()) {
                assertThat(Integer.parseInt(matcher.group(1), 16)).isEqualTo(bytes.size());
                bytes.writeBytes(HexFormat.of().parseHex(matcher.group(2).replace(" ", "")));
            }
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
