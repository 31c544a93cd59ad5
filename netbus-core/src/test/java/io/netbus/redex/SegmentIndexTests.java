package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentIndexTests {

    private static final int RECORDS = 500;

    @TempDir
    private Path base;

    @Test
    void aLookUpFindsAFrameAtMostOneIntervalAndOneFrameBefore() throws IOException {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int largestFrame : new int[] {1, 200, 20_000}) { // near the guess, and far from it
            SegmentIndex index = new SegmentIndex(0);
            TreeMap<Long, Long> model = new TreeMap<>();
            long record = 0;
            long offset = SegmentLayout.HEAD_BYTES;
            for (int i = 0; i < 5_000; i++) {
                index.add(record, offset, 7 * record);
                model.put(record, offset);
                record += 1 + random.nextInt(i < 100 ? 20_000 : 20);
                offset += 48 + random.nextInt(largestFrame);
            }
            for (long wanted = 0; wanted < record; wanted += 1 + random.nextInt(50)) {
                Map.Entry<Long, Long> frame = model.floorEntry(wanted);
                int found = index.floor(wanted);
                assertThat(index.record(found)).as("seed=%d", seed).isLessThanOrEqualTo(wanted);
                assertThat(model).as("seed=%d", seed).containsEntry(index.record(found), index.offset(found));
                assertThat(frame.getValue() - index.offset(found))
                        .as("seed=%d", seed)
                        .isBetween(0L, (long) SegmentIndex.INTERVAL_BYTES + largestFrame + 48);
                int before = index.before(7 * wanted);
                assertThat(before == 0 || index.record(before) < wanted)
                        .as("seed=%d", seed)
                        .isTrue();
            }
        }
    }

    @Test
    void anIndexMadeFromTheFramesIsThatOfTheAppender() throws IOException {
        SegmentIndex kept = append();
        Files.delete(indexPath());

        SegmentIndex read = index();

        assertSame(read, kept);
        assertThat(indexPath()).exists(); // for the next who asks
    }

    @Test
    void anIndexReadFromItsFileIsThatOfTheAppender() throws IOException {
        SegmentIndex kept = append();

        assertSame(index(), kept);
        assertThat(Files.size(indexPath()))
                .isEqualTo(IndexLayout.HEAD_BYTES + (long) kept.count() * IndexLayout.ENTRY_BYTES);
    }

    @Test
    void anIndexOfTheFirstFramesAloneIsCompleted() throws IOException {
        append();
        byte[] early = Files.readAllBytes(indexPath());
        append();
        byte[] late = Files.readAllBytes(indexPath());
        Files.write(indexPath(), early);
        Segment segment = segment();

        assertThat(segment.index(new LogReaders()).floor(2 * RECORDS - 1)).isPositive();

        assertThat(Files.readAllBytes(indexPath())).isEqualTo(late);
    }

    @Test
    void anyBitThatFlipsMakesTheFileCountAsNone() throws IOException {
        final SegmentIndex kept = append();
        byte[] whole = Files.readAllBytes(indexPath());
        Segment segment = segment();
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(indexPath(), flipped);

            assertThat(IndexFile.open(new FileStore(), segment.path, segment.head, segment.end()))
                    .as("bit %d", bit)
                    .isNull();
        }
        assertSame(index(), kept);
    }

    @Test
    void anIndexOfAnotherEpochOrALongerSegmentCountsAsNone() throws IOException {
        append();
        Segment segment = segment();
        SegmentHead head = segment.head;
        FileStore store = new FileStore();

        assertThat(IndexFile.open(store, segment.path, head, segment.end())).isNotNull();
        assertThat(IndexFile.open(store, segment.path, head, segment.end() - 8)).isNull();
        SegmentHead later = new SegmentHead(head.logId(), head.epoch() + 1, 0, head.baseSequence());
        assertThat(IndexFile.open(store, segment.path, later, segment.end())).isNull();
        SegmentHead other = new SegmentHead(head.logId() + 1, head.epoch(), 0, head.baseSequence());
        assertThat(IndexFile.open(store, segment.path, other, segment.end())).isNull();
    }

    // --- files

    /** Appends to a log and closes it; returns the index that its first segment should have. */
    private SegmentIndex append() {
        SegmentIndex kept = new SegmentIndex(0);
        try (Redex redex = Redex.onDisk(base, RedexConfig.defaults())) {
            RedexLog log = redex.log(LogFiles.NAME);
            long next = log.nextSequence();
            Random random = new Random(next);
            for (int i = 0; i < RECORDS; i++) {
                long offset = SegmentLayout.HEAD_BYTES + log.stats().bytes();
                kept.add(log.append(ByteBuffer.wrap(new byte[random.nextInt(300)]), next + i), offset, next + i);
            }
        }
        return kept;
    }

    private Segment segment() throws IOException {
        LogFiles files = new LogFiles(base, WriteMode.CHANNEL);
        byte[] bytes = files.bytes(0);
        SegmentHead head = SegmentLayout.decode(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        return new Segment(new FileStore(), files.segment(0), head, LogFiles.tip(bytes));
    }

    private SegmentIndex index() throws IOException {
        return segment().index(new LogReaders());
    }

    private Path indexPath() {
        return new LogFiles(base, WriteMode.CHANNEL).segment(0).resolveSibling(IndexFile.fileName(0));
    }

    private static void assertSame(SegmentIndex found, SegmentIndex expected) {
        assertThat(found.count()).isEqualTo(expected.count());
        int bytes = expected.count() * IndexLayout.ENTRY_BYTES;
        assertThat(found.entries().slice(0, bytes).mismatch(expected.entries().slice(0, bytes)))
                .isEqualTo(-1);
    }
}
