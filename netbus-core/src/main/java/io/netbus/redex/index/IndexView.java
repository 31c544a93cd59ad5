package io.netbus.redex.index;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One version of an index: what all records below {@link #sequence()} say, and no other. Never changes; keeping it keeps
 * what it holds in memory. <b>Threads:</b> any.
 */
public final class IndexView<K, V> {

    private final HashTrie<K, TrieSet<V>> sets;
    private final long sequence;
    private final long values;

    private IndexView(HashTrie<K, TrieSet<V>> sets, long sequence, long values) {
        this.sets = sets;
        this.sequence = sequence;
        this.values = values;
    }

    static <K, V> IndexView<K, V> empty(long sequence) {
        return new IndexView<>(HashTrie.empty(), sequence, 0);
    }

    /** The sequence of the first record that is not in it. */
    public long sequence() {
        return sequence;
    }

    /** The values of a key, in no order; unmodifiable, and empty if there are none. Copies nothing. */
    public Set<V> get(K key) {
        TrieSet<V> set = sets.get(key);
        return set == null ? TrieSet.empty() : set;
    }

    /** Whether a key has a value. */
    public boolean contains(K key, V value) {
        return get(key).contains(value);
    }

    /** The keys that have values, in no order; unmodifiable. Copies nothing. */
    public Set<K> keys() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return sets.size();
            }

            @Override
            public boolean contains(@Nullable Object key) {
                return key != null && sets.get(key) != null;
            }

            @Override
            public Iterator<K> iterator() {
                Iterator<HashTrie.Entry<K, TrieSet<V>>> entries = sets.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return entries.hasNext();
                    }

                    @Override
                    public K next() {
                        return entries.next().key();
                    }
                };
            }
        };
    }

    /** How many values all keys have together. */
    public long valueCount() {
        return values;
    }

    IndexView<K, V> at(long next) {
        return next == sequence ? this : new IndexView<>(sets, next, values);
    }

    IndexView<K, V> inserted(K key, V value) {
        TrieSet<V> old = sets.get(key);
        if (old != null && old.contains(value)) {
            return this;
        }
        TrieSet<V> set = (old == null ? TrieSet.<V>empty() : old).with(value);
        return new IndexView<>(sets.with(key, set), sequence, values + 1);
    }

    IndexView<K, V> removed(K key, V value) {
        TrieSet<V> old = sets.get(key);
        if (old == null || !old.contains(value)) {
            return this;
        }
        TrieSet<V> set = old.without(value);
        return new IndexView<>(set.isEmpty() ? sets.without(key) : sets.with(key, set), sequence, values - 1);
    }
}
