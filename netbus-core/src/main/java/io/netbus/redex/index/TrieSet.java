package io.netbus.redex.index;

import java.util.AbstractSet;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A set that never changes. <b>Threads:</b> any. */
final class TrieSet<V> extends AbstractSet<V> {

    private static final TrieSet<?> EMPTY = new TrieSet<>(HashTrie.empty());

    private final HashTrie<V, Boolean> values;

    private TrieSet(HashTrie<V, Boolean> values) {
        this.values = values;
    }

    @SuppressWarnings("unchecked") // holds nothing of the type
    static <V> TrieSet<V> empty() {
        return (TrieSet<V>) EMPTY;
    }

    TrieSet<V> with(V value) {
        return new TrieSet<>(values.with(value, Boolean.TRUE));
    }

    TrieSet<V> without(V value) {
        return new TrieSet<>(values.without(value));
    }

    @Override
    public int size() {
        return values.size();
    }

    @Override
    public boolean contains(@Nullable Object value) {
        return value != null && values.get(value) != null;
    }

    @Override
    public Iterator<V> iterator() {
        Iterator<HashTrie.Entry<V, Boolean>> entries = values.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public V next() {
                return entries.next().key();
            }
        };
    }
}
