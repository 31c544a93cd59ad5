package io.netbus.cortex.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowsTests {

    @ParameterizedTest
    @ValueSource(longs = {16, 1_000, 1L << 40, Long.MAX_VALUE})
    void behavesAsASortedMap(long span) {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        TreeMap<Long, String> expected = new TreeMap<>();
        Rows<String> rows = Rows.empty();
        for (int i = 0; i < 20_000; i++) {
            long id = random.nextLong() % span;
            if (random.nextInt(3) > 0) {
                expected.put(id, "row " + i);
                rows = rows.put(id, "row " + i);
            } else {
                long known = expected.isEmpty() || random.nextBoolean() ? id : expected.firstKey();
                expected.remove(known);
                rows = rows.remove(known);
            }
            assertThat(rows.size()).as("seed=%d, step=%d", seed, i).isEqualTo(expected.size());
            long asked = random.nextLong() % span;
            assertThat(rows.get(asked)).as("seed=%d, step=%d", seed, i).isEqualTo(expected.get(asked));
        }
        assertThat(ascending(rows)).as("seed=%d", seed).containsExactlyElementsOf(expected.values());
        assertThat(descending(rows))
                .as("seed=%d", seed)
                .containsExactlyElementsOf(expected.descendingMap().values());
        for (long id : List.copyOf(expected.keySet())) {
            rows = rows.remove(id);
        }
        assertThat(rows.size()).as("seed=%d", seed).isZero();
        assertThat(rows).as("seed=%d", seed).isSameAs(Rows.empty());
    }

    @Test
    void holdsTheSmallestAndTheLargestId() {
        Rows<String> rows = Rows.<String>empty()
                .put(Long.MAX_VALUE, "max")
                .put(0, "zero")
                .put(Long.MIN_VALUE, "min")
                .put(-1, "minus");

        assertThat(ascending(rows)).containsExactly("min", "minus", "zero", "max");
        assertThat(rows.get(Long.MIN_VALUE)).isEqualTo("min");
        assertThat(rows.get(1)).isNull();
    }

    @Test
    void aChangeLeavesEarlierVersionsAsTheyWere() {
        List<Rows<Integer>> versions = new ArrayList<>();
        Rows<Integer> rows = Rows.empty();
        for (int i = 0; i < 200; i++) {
            versions.add(rows);
            rows = i % 5 == 4 ? rows.remove(i - 2) : rows.put(i * 37L % 101, i);
        }
        Rows<Integer> again = Rows.empty();
        for (int i = 0; i < 200; i++) {
            assertThat(ascending(versions.get(i))).containsExactlyElementsOf(ascending(again));
            again = i % 5 == 4 ? again.remove(i - 2) : again.put(i * 37L % 101, i);
        }
    }

    @Test
    void aVisitEndsWhenToldTo() {
        Rows<Long> rows = Rows.empty();
        for (long id = 0; id < 1_000; id++) {
            rows = rows.put(id, id);
        }
        List<Long> seen = new ArrayList<>();
        rows.descending(row -> {
            seen.add(row);
            return seen.size() < 70;
        });

        assertThat(seen)
                .hasSize(70)
                .isSortedAccordingTo(Comparator.reverseOrder())
                .startsWith(999L);
    }

    private static <T> List<T> ascending(Rows<T> rows) {
        List<T> all = new ArrayList<>();
        rows.ascending(all::add);
        return all;
    }

    private static <T> List<T> descending(Rows<T> rows) {
        List<T> all = new ArrayList<>();
        rows.descending(all::add);
        return all;
    }
}
