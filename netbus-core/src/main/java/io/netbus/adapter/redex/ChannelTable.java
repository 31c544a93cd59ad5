package io.netbus.adapter.redex;

import io.netbus.adapter.AdapterException;
import io.netbus.redex.ReadResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a channel is made of: the last record of the log {@code bus/<channel>}; little-endian, format 1.
 * <pre>
 * offset  bytes  field
 *      0      1  format, 1
 *      1      4  number of shards, above 0
 * </pre>
 * A reader refuses another format and names both. {@code docs/format/channel.md} tells the same with an example.
 */
final class ChannelTable {

    private static final byte FORMAT = 1;
    private static final int SHARDS_OFFSET = 1;
    private static final int BYTES = SHARDS_OFFSET + Integer.BYTES;

    private ChannelTable() {}

    static ByteBuffer encode(int shards) {
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(FORMAT)
                .putInt(shards)
                .flip();
    }

    static int shards(String channel, ReadResult last) {
        if (!(last instanceof ReadResult.Present present)) {
            throw new AdapterException("channel's table cannot be read: channel=" + channel + ", found=" + last, null);
        }
        ByteBuffer record = ByteBuffer.wrap(present.payload()).order(ByteOrder.LITTLE_ENDIAN);
        int format = record.hasRemaining() ? record.get(0) : 0;
        if (format != FORMAT) {
            throw new AdapterException(
                    "channel's table has an unknown format: channel=" + channel + ", format=" + format + ", known="
                            + FORMAT,
                    null);
        }
        if (record.limit() != BYTES || record.getInt(SHARDS_OFFSET) < 1) {
            throw new AdapterException("channel's table is malformed: channel=" + channel, null);
        }
        return record.getInt(SHARDS_OFFSET);
    }
}
