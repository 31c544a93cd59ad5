package io.netbus.redex.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HashTrieTests {

    private static final int ROUNDS = Boolean.getBoolean("netbus.torture") ? 500 : 30;

    /** A key whose hash the test chooses. */
    private record Key(int hash, int number) {

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** A map is the oracle; hashes that are equal, or equal up to their highest bits, are frequent. */
    @Test
    void itBehavesLikeAMapAndOldOnesStayAsTheyWere() {
        for (int round = 0; round < ROUNDS; round++) {
            long seed = Long.getLong("netbus.seed", System.nanoTime() + round);
            Random random = new Random(seed);
            int hashes = 1 + random.nextInt(60);
            int shift = random.nextInt(32);
            HashTrie<Key, Integer> trie = HashTrie.empty();
            Map<Key, Integer> model = new HashMap<>();
            List<HashTrie<Key, Integer>> tries = new ArrayList<>();
            List<Map<Key, Integer>> models = new ArrayList<>();
            for (int step = 0; step < 600; step++) {
                Key key = new Key(random.nextInt(hashes) << shift, random.nextInt(4));
                if (random.nextInt(5) < (step / 100 % 2 == 0 ? 3 : 1)) {
                    trie = trie.with(key, step);
                    model.put(key, step);
                } else {
                    trie = trie.without(key);
                    model.remove(key);
                }
                assertThat(trie.get(key)).as("seed=%d", seed).isEqualTo(model.get(key));
                if (step % 50 == 0) {
                    tries.add(trie);
                    models.add(Map.copyOf(model));
                }
            }
            tries.add(trie);
            models.add(model);
            for (int i = 0; i < tries.size(); i++) {
                assertThat(content(tries.get(i))).as("seed=%d", seed).isEqualTo(models.get(i));
                assertThat(tries.get(i).size())
                        .as("seed=%d", seed)
                        .isEqualTo(models.get(i).size());
                for (Key key : model.keySet()) {
                    assertThat(tries.get(i).get(key))
                            .as("seed=%d", seed)
                            .isEqualTo(models.get(i).get(key));
                }
            }
        }
    }

    @Test
    void whatIsNotThereCanBeTakenOutOfAnything() {
        HashTrie<String, Integer> none = HashTrie.empty();
        HashTrie<String, Integer> one = none.with("Aa", 1);
        HashTrie<String, Integer> two = one.with("BB", 2); // of the same hash

        assertThat(none.without("Aa")).isSameAs(none);
        assertThat(one.without("BB")).isSameAs(one);
        assertThat(two.without("AaAa")).isSameAs(two);
        assertThat(two.without("Aa").get("BB")).isEqualTo(2);
        assertThat(two.without("Aa").without("BB").size()).isZero();
        assertThat(two.get(new Object())).isNull();
    }

    @Test
    void anIteratorEnds() {
        Iterator<HashTrie.Entry<String, Integer>> entries =
                HashTrie.<String, Integer>empty().with("a", 1).iterator();

        assertThat(entries.next().value()).isEqualTo(1);
        assertThat(entries.hasNext()).isFalse();
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(entries::next);
    }

    private static Map<Key, Integer> content(HashTrie<Key, Integer> trie) {
        Map<Key, Integer> content = new HashMap<>();
        trie.iterator()
                .forEachRemaining(entry ->
                        assertThat(content.put(entry.key(), entry.value())).isNull());
        return content;
    }
}
