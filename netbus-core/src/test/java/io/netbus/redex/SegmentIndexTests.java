package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SegmentIndexTests {

    @Test
    void aLookUpFindsAFrameAtMostOneIntervalAndOneFrameBefore() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        SegmentIndex index = new SegmentIndex();
        TreeMap<Long, Long> model = new TreeMap<>();
        long record = 0;
        long offset = SegmentLayout.HEAD_BYTES;
        int largestFrame = 20_000;
        for (int i = 0; i < 5_000; i++) {
            index.add(record, offset, 0);
            model.put(record, offset);
            record += 1 + random.nextInt(200);
            offset += 48 + random.nextInt(largestFrame);
        }
        for (long wanted = 0; wanted < record; wanted += 1 + random.nextInt(50)) {
            Map.Entry<Long, Long> frame = model.floorEntry(wanted);
            long found = index.floor(wanted);
            assertThat(SegmentIndex.record(found)).as("seed=%d", seed).isLessThanOrEqualTo(wanted);
            assertThat(model).as("seed=%d", seed).containsEntry(SegmentIndex.record(found), SegmentIndex.offset(found));
            assertThat(frame.getValue() - SegmentIndex.offset(found))
                    .as("seed=%d", seed)
                    .isBetween(0L, (long) SegmentIndex.INTERVAL_BYTES + largestFrame + 48);
        }
    }
}
