package io.netbus.redex.index;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A map that never changes: adding and removing give another one that shares nearly all of this one. Neither keys nor
 * values are null. <b>Threads:</b> any.
 */
final class HashTrie<K, V> {

    /*
     * A tree by five bits of the hash at each level, lowest first; a branch has places only for the children it has [1].
     * A change copies the branches from the root to its place, each of 32 places at most. Entries whose hashes are equal
     * in all bits stand in one list. A branch with one child that is no branch is replaced by that child, so a map of
     * one entry is that entry, and how a map came about does not show.
     *
     * [1] P. Bagwell, Ideal Hash Trees, 2001
     */
    private static final int BITS = 5;
    private static final int MASK = (1 << BITS) - 1;
    private static final HashTrie<?, ?> EMPTY = new HashTrie<>(null, 0);

    /** An entry, some of one hash, or a branch. */
    private sealed interface Node<K, V> {}

    /** What the map holds. */
    record Entry<K, V>(int hash, K key, V value) implements Node<K, V> {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record SameHash<K, V>(int hash, Entry<K, V>[] entries) implements Node<K, V> {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Branch<K, V>(int bitmap, Node<K, V>[] children) implements Node<K, V> {}

    private final @Nullable Node<K, V> root;
    private final int size;

    private HashTrie(@Nullable Node<K, V> root, int size) {
        this.root = root;
        this.size = size;
    }

    @SuppressWarnings("unchecked") // holds nothing of either type
    static <K, V> HashTrie<K, V> empty() {
        return (HashTrie<K, V>) EMPTY;
    }

    int size() {
        return size;
    }

    /** The value of a key; null if it is not there. The key may be of any type. */
    @Nullable
    V get(Object key) {
        int hash = hash(key);
        Node<K, V> node = root;
        int shift = 0;
        while (node instanceof Branch<K, V> branch) {
            int bit = bit(hash, shift);
            if ((branch.bitmap & bit) == 0) {
                return null;
            }
            node = branch.children[place(branch.bitmap, bit)];
            shift += BITS;
        }
        if (node instanceof Entry<K, V> entry) {
            return entry.hash == hash && entry.key.equals(key) ? entry.value : null;
        }
        if (node instanceof SameHash<K, V> same && same.hash == hash) {
            int at = indexOf(same.entries, key);
            return at < 0 ? null : same.entries[at].value;
        }
        return null;
    }

    /** With a key's value set or replaced. */
    HashTrie<K, V> with(K key, V value) {
        Entry<K, V> entry = new Entry<>(hash(key), key, value);
        if (root == null) {
            return new HashTrie<>(entry, 1);
        }
        return new HashTrie<>(with(root, 0, entry), get(key) == null ? size + 1 : size);
    }

    /** Without a key; this one if it is not there. */
    HashTrie<K, V> without(K key) {
        if (root == null || get(key) == null) {
            return this;
        }
        return size == 1 ? empty() : new HashTrie<>(without(root, 0, hash(key), key), size - 1);
    }

    /** The entries, in an order that depends on their hashes. */
    Iterator<Entry<K, V>> iterator() {
        return new Entries<>(root);
    }

    private static <K, V> Node<K, V> with(Node<K, V> node, int shift, Entry<K, V> entry) {
        if (node instanceof Branch<K, V> branch) {
            int bit = bit(entry.hash, shift);
            int place = place(branch.bitmap, bit);
            if ((branch.bitmap & bit) == 0) {
                return new Branch<>(branch.bitmap | bit, inserted(branch.children, place, entry));
            }
            Node<K, V>[] children = branch.children.clone();
            children[place] = with(children[place], shift + BITS, entry);
            return new Branch<>(branch.bitmap, children);
        }
        if (node instanceof SameHash<K, V> same) {
            return same.hash == entry.hash ? with(same, entry) : apart(node, same.hash, entry, shift);
        }
        Entry<K, V> old = (Entry<K, V>) node;
        if (old.hash != entry.hash) {
            return apart(node, old.hash, entry, shift);
        }
        if (old.key.equals(entry.key)) {
            return entry;
        }
        Entry<K, V>[] both = entries(2);
        both[0] = old;
        both[1] = entry;
        return new SameHash<>(entry.hash, both);
    }

    private static <K, V> Node<K, V> with(SameHash<K, V> same, Entry<K, V> entry) {
        int at = indexOf(same.entries, entry.key);
        Entry<K, V>[] entries = at < 0 ? Arrays.copyOf(same.entries, same.entries.length + 1) : same.entries.clone();
        entries[at < 0 ? entries.length - 1 : at] = entry;
        return new SameHash<>(same.hash, entries);
    }

    /** A branch that holds both, with more branches below it as long as their hashes lead the same way. */
    private static <K, V> Node<K, V> apart(Node<K, V> node, int hash, Entry<K, V> entry, int shift) {
        int bit = bit(hash, shift);
        int other = bit(entry.hash, shift);
        Node<K, V>[] children = nodes(bit == other ? 1 : 2);
        if (bit == other) {
            children[0] = apart(node, hash, entry, shift + BITS);
        } else {
            boolean before = Integer.compareUnsigned(bit, other) < 0;
            children[before ? 0 : 1] = node;
            children[before ? 1 : 0] = entry;
        }
        return new Branch<>(bit | other, children);
    }

    /** The node without a key that is in it, and not alone. */
    private static <K, V> Node<K, V> without(Node<K, V> node, int shift, int hash, K key) {
        if (node instanceof SameHash<K, V> same) {
            Entry<K, V>[] entries = removed(same.entries, indexOf(same.entries, key));
            return entries.length == 1 ? entries[0] : new SameHash<>(hash, entries);
        }
        Branch<K, V> branch = (Branch<K, V>) node;
        int bit = bit(hash, shift);
        int place = place(branch.bitmap, bit);
        Node<K, V> child = branch.children[place];
        if (child instanceof Entry<K, V>) {
            Node<K, V>[] children = removed(branch.children, place);
            return alone(new Branch<>(branch.bitmap & ~bit, children));
        }
        Node<K, V>[] children = branch.children.clone();
        children[place] = without(child, shift + BITS, hash, key);
        return alone(new Branch<>(branch.bitmap, children));
    }

    private static <K, V> Node<K, V> alone(Branch<K, V> branch) {
        boolean needless = branch.children.length == 1 && !(branch.children[0] instanceof Branch<K, V>);
        return needless ? branch.children[0] : branch;
    }

    private static <K, V> int indexOf(Entry<K, V>[] entries, Object key) {
        for (int i = 0; i < entries.length; i++) {
            if (entries[i].key.equals(key)) {
                return i;
            }
        }
        return -1;
    }

    private static int hash(Object key) {
        int hash = key.hashCode();
        return hash ^ hash >>> 16;
    }

    private static int bit(int hash, int shift) {
        return 1 << (hash >>> shift & MASK);
    }

    private static int place(int bitmap, int bit) {
        return Integer.bitCount(bitmap & bit - 1);
    }

    @SuppressWarnings("unchecked") // holds nothing yet
    private static <K, V> Node<K, V>[] nodes(int size) {
        return (Node<K, V>[]) new Node<?, ?>[size];
    }

    @SuppressWarnings("unchecked") // holds nothing yet
    private static <K, V> Entry<K, V>[] entries(int size) {
        return (Entry<K, V>[]) new Entry<?, ?>[size];
    }

    private static <K, V> Node<K, V>[] inserted(Node<K, V>[] children, int place, Node<K, V> child) {
        Node<K, V>[] more = Arrays.copyOf(children, children.length + 1);
        System.arraycopy(children, place, more, place + 1, children.length - place);
        more[place] = child;
        return more;
    }

    private static <T> T[] removed(T[] elements, int place) {
        T[] fewer = Arrays.copyOf(elements, elements.length - 1);
        System.arraycopy(elements, place + 1, fewer, place, fewer.length - place);
        return fewer;
    }

    /** Goes through the tree, keeping the branches it is in. */
    private static final class Entries<K, V> implements Iterator<Entry<K, V>> {

        private final ArrayDeque<Node<K, V>> nodes = new ArrayDeque<>(); // to be gone through, the next one first

        private Entries(@Nullable Node<K, V> root) {
            if (root != null) {
                nodes.push(root);
            }
        }

        @Override
        public boolean hasNext() {
            return !nodes.isEmpty();
        }

        @Override
        public Entry<K, V> next() {
            while (!nodes.isEmpty()) {
                Node<K, V> node = nodes.pop();
                if (node instanceof Entry<K, V> entry) {
                    return entry;
                }
                Node<K, V>[] inner =
                        node instanceof Branch<K, V> branch ? branch.children : ((SameHash<K, V>) node).entries;
                for (int i = inner.length - 1; i >= 0; i--) {
                    nodes.push(inner[i]);
                }
            }
            throw new NoSuchElementException();
        }
    }
}
