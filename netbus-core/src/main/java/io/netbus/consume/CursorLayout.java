package io.netbus.consume;

/**
 * A cursor as bytes; little-endian, format 1. Its text is their base64url without padding.
 * <pre>
 * offset  bytes  field
 *      0      2  magic, "nc"
 *      2      1  format version
 *      3      1  read order; 0: shards in turn, each in its own order
 *      4      8  channel: the first eight bytes of the SHA-256 of its name in UTF-8
 *     12      v  turn: the shard the next page begins with, by rank
 *      .      v  number of shards that follow
 *      .      v  shard      )
 *      .      v  epoch      ) for each, by ascending shard
 *      .      v  sequence   ) of the next event, 1 or above
 *      .      4  CRC32C of everything before
 * </pre>
 * v is an unsigned LEB128 of the fewest bytes. A shard not named is at its start. A reader refuses a newer format and
 * names both versions. {@code docs/format/cursor.md} tells the same with an example.
 */
final class CursorLayout {

    static final byte MAGIC_0 = 'n';
    static final byte MAGIC_1 = 'c';
    static final int VERSION = 1;
    static final int SHARDS_IN_TURN = 0;

    static final int VERSION_OFFSET = 2;
    static final int ORDER_OFFSET = 3;
    static final int CHANNEL_OFFSET = 4;
    static final int TURN_OFFSET = CHANNEL_OFFSET + Long.BYTES;
    static final int CRC_BYTES = Integer.BYTES;
    static final int LEAST_BYTES = TURN_OFFSET + 2 + CRC_BYTES;

    /** Longest text that is looked at: 1,024 shards at their largest numbers need a third of it. */
    static final int MAX_CHARS = 64 * 1024;

    private CursorLayout() {}
}
