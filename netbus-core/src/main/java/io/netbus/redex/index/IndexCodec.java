package io.netbus.redex.index;

/**
 * Keys and values as bytes, for {@link LogIndex#snapshot}. What one method wrote the other must read, also in later
 * releases. <b>Threads:</b> one at a time.
 */
public interface IndexCodec<K, V> {

    /** The key as bytes, which may be none. */
    byte[] encodeKey(K key);

    /** The key again; throws if the bytes are no key. */
    K decodeKey(byte[] bytes);

    /** The value as bytes, which may be none. */
    byte[] encodeValue(V value);

    /** The value again; throws if the bytes are no value. */
    V decodeValue(byte[] bytes);
}
