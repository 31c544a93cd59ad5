package io.netbus.cortex.fold;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rows by their id, in the order of the ids. Immutable: a change gives a new version that shares what did not change.
 * Finding and changing a row take a step per five bits in which the ids differ, four for a million ids in sequence.
 */
public final class Rows<T> {

    /*
     * A radix tree of 32-way nodes that are as short as their bitmap says. Steps in which all ids below a node agree
     * are left out, so that neither dense nor scattered ids make it deep. The sign bit of an id is flipped, which makes
     * the order of the bits the order of the numbers. A node of shift 0 holds rows, every other one nodes.
     *
     * Sources: big-endian Patricia trees (Okasaki and Gill), with the bitmaps of Bagwell's hash array mapped tries.
     */
    private static final int BITS = 5;
    private static final int MASK = (1 << BITS) - 1;

    private static final Rows<?> EMPTY = new Rows<>(null, 0);

    private final @Nullable Node root;
    private final int size;

    private Rows(@Nullable Node root, int size) {
        this.root = root;
        this.size = size;
    }

    /** No rows. */
    @SuppressWarnings("unchecked") // holds no row of any type
    public static <T> Rows<T> empty() {
        return (Rows<T>) EMPTY;
    }

    /** How many rows there are. */
    public int size() {
        return size;
    }

    /** The row of that id; null if there is none. */
    @SuppressWarnings("unchecked") // nodes of shift 0 hold rows
    public @Nullable T get(long id) {
        long key = key(id);
        Node node = root;
        while (node != null && node.covers(key)) {
            Object child = node.child(key);
            if (node.shift == 0) {
                return (T) child;
            }
            node = (Node) child;
        }
        return null;
    }

    /** A version in which that id has that row. */
    public Rows<T> put(long id, T row) {
        long key = key(id);
        boolean isNew = get(id) == null;
        return new Rows<>(put(root, key, row), isNew ? Math.addExact(size, 1) : size);
    }

    /** A version without that id; this one if it has none. */
    public Rows<T> remove(long id) {
        if (root == null || get(id) == null) {
            return this;
        }
        return size == 1 ? empty() : new Rows<>(remove(root, key(id)), size - 1);
    }

    /** Hands over the rows by ascending id until the visitor returns false. */
    public void ascending(Predicate<? super T> visitor) {
        if (root != null) {
            this.<T>visit(root, visitor, false);
        }
    }

    /** Hands over the rows by descending id until the visitor returns false. */
    public void descending(Predicate<? super T> visitor) {
        if (root != null) {
            this.<T>visit(root, visitor, true);
        }
    }

    @SuppressWarnings("unchecked") // nodes of shift 0 hold rows
    private <R> boolean visit(Node node, Predicate<? super R> visitor, boolean backwards) {
        int count = node.children.length;
        for (int i = 0; i < count; i++) {
            Object child = node.children[backwards ? count - 1 - i : i];
            boolean goOn = node.shift == 0 ? visitor.test((R) child) : visit((Node) child, visitor, backwards);
            if (!goOn) {
                return false;
            }
        }
        return true;
    }

    private static long key(long id) {
        return id ^ Long.MIN_VALUE;
    }

    private static Node put(@Nullable Node node, long key, Object row) {
        if (node == null) {
            return new Node(key, 0, 1 << ((int) key & MASK), new Object[] {row});
        }
        if (!node.covers(key)) {
            int highestDifference = Long.SIZE - 1 - Long.numberOfLeadingZeros(key ^ node.prefix);
            int shift = highestDifference / BITS * BITS;
            Node added = put(null, key, row);
            boolean addedFirst = Long.compareUnsigned(key, node.prefix) < 0;
            Object[] children = addedFirst ? new Object[] {added, node} : new Object[] {node, added};
            return new Node(key, shift, bit(key, shift) | bit(node.prefix, shift), children);
        }
        Object child = node.child(key);
        Object changed = node.shift == 0 ? row : put((Node) child, key, row);
        return child == null ? node.insert(key, changed) : node.replace(key, changed);
    }

    /** The key is there, and not alone. */
    private static @Nullable Node remove(Node node, long key) {
        Object child = node.child(key);
        Node changed = node.shift == 0 || child == null ? null : remove((Node) child, key);
        if (changed != null) {
            return node.replace(key, changed);
        }
        if (node.children.length == 1) {
            return null;
        }
        Node rest = node.without(key);
        return rest.shift > 0 && rest.children.length == 1 ? (Node) rest.children[0] : rest;
    }

    private static int bit(long key, int shift) {
        return 1 << ((int) (key >>> shift) & MASK);
    }

    /** Holds the keys that equal {@code prefix} above its five bits at {@code shift}. */
    private static final class Node {

        private final long prefix; // zero from its five bits downward
        private final int shift;
        private final int bitmap;
        private final Object[] children;

        Node(long key, int shift, int bitmap, Object[] children) {
            this.prefix = key >>> shift >>> BITS << shift << BITS;
            this.shift = shift;
            this.bitmap = bitmap;
            this.children = children;
        }

        boolean covers(long key) {
            return (key ^ prefix) >>> shift >>> BITS == 0;
        }

        @Nullable
        Object child(long key) {
            int bit = bit(key, shift);
            return (bitmap & bit) == 0 ? null : children[index(bit)];
        }

        Node replace(long key, Object child) {
            Object[] changed = children.clone();
            changed[index(bit(key, shift))] = child;
            return new Node(prefix, shift, bitmap, changed);
        }

        Node insert(long key, Object child) {
            int bit = bit(key, shift);
            int index = index(bit);
            Object[] changed = new Object[children.length + 1];
            System.arraycopy(children, 0, changed, 0, index);
            changed[index] = child;
            System.arraycopy(children, index, changed, index + 1, children.length - index);
            return new Node(prefix, shift, bitmap | bit, changed);
        }

        Node without(long key) {
            int bit = bit(key, shift);
            int index = index(bit);
            Object[] changed = Arrays.copyOf(children, children.length - 1);
            System.arraycopy(children, index + 1, changed, index, changed.length - index);
            return new Node(prefix, shift, bitmap & ~bit, changed);
        }

        private int index(int bit) {
            return Integer.bitCount(bitmap & (bit - 1));
        }
    }
}
