package io.netbus.redex.index;

import java.nio.charset.StandardCharsets;

/**
 * Head of an index's snapshot; little-endian, format 1, told in {@code docs/format/index.md}.
 * <pre>
 * offset  bytes  field
 *      0      8  magic: ASCII NETINDEX
 *      8      4  format version
 *     12      4  the log's epoch
 *     16      8  sequence of the first record that is not in it
 *     24      8  timestamp of the record before that
 *     32      4  CRC32C of that record's payload
 *     36      4  1 if that record was there, else 0, as are its timestamp and checksum
 *     40      8  number of values
 *     48      4  number of keys
 *     52      4  length of the log's name
 *     56      n  the log's name in ASCII
 * </pre>
 * The keys follow, then a CRC32C of all before it.
 */
final class SnapshotLayout {

    static final long MAGIC = magic("NETINDEX");
    static final int VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int EPOCH_OFFSET = VERSION_OFFSET + Integer.BYTES;
    static final int NEXT_SEQUENCE_OFFSET = EPOCH_OFFSET + Integer.BYTES;
    static final int LAST_TIMESTAMP_OFFSET = NEXT_SEQUENCE_OFFSET + Long.BYTES;
    static final int LAST_CRC_OFFSET = LAST_TIMESTAMP_OFFSET + Long.BYTES;
    static final int LAST_KNOWN_OFFSET = LAST_CRC_OFFSET + Integer.BYTES;
    static final int VALUES_OFFSET = LAST_KNOWN_OFFSET + Integer.BYTES;
    static final int KEYS_OFFSET = VALUES_OFFSET + Long.BYTES;
    static final int NAME_LENGTH_OFFSET = KEYS_OFFSET + Integer.BYTES;
    static final int HEAD_BYTES = NAME_LENGTH_OFFSET + Integer.BYTES;
    static final int CRC_BYTES = Integer.BYTES;

    private SnapshotLayout() {}

    private static long magic(String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        long value = 0;
        for (int i = ascii.length - 1; i >= 0; i--) {
            value = value << Byte.SIZE | ascii[i];
        }
        return value;
    }
}
