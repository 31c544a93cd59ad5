package io.netbus.consume;

import io.netbus.event.Position;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A place in a channel: for each shard the next event to read. Opaque and immutable; {@link #toString()} is its text,
 * safe in URLs, and {@link #parse} reads it back, in this process or a later one.
 * <p>
 * A shard the cursor does not know is read from its start. A cursor stays valid while the events before it are as they
 * were: a crash that loses events the cursor has passed ends it, losing later ones does not. Format in {@code
 * docs/format/cursor.md}.
 */
public final class Cursor {

    private final long channel;
    private final int turn;
    private final int[] shards; // ascending
    private final int[] epochs;
    private final long[] next; // above 0: a shard at its start is not named

    private Cursor(long channel, int turn, int[] shards, int[] epochs, long[] next) {
        this.channel = channel;
        this.turn = turn;
        this.shards = shards;
        this.epochs = epochs;
        this.next = next;
    }

    /** Reads a cursor's text. @throws InvalidCursorException if it is not one, is damaged, or is of a newer format */
    public static Cursor parse(String text) {
        byte[] bytes = decode(text);
        if (bytes.length < CursorLayout.LEAST_BYTES) {
            throw InvalidCursorException.malformed(
                    "cursor is cut short: bytes=" + bytes.length + ", min=" + CursorLayout.LEAST_BYTES, text);
        }
        if (bytes[0] != CursorLayout.MAGIC_0 || bytes[1] != CursorLayout.MAGIC_1) {
            throw InvalidCursorException.malformed("not a cursor", text);
        }
        int version = bytes[CursorLayout.VERSION_OFFSET] & 0xFF;
        if (version != CursorLayout.VERSION) {
            throw InvalidCursorException.malformed(
                    "cursor is of another format: version=" + version + ", known=" + CursorLayout.VERSION, text);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int crcOffset = bytes.length - CursorLayout.CRC_BYTES;
        if (in.getInt(crcOffset) != crc(bytes, crcOffset)) {
            throw InvalidCursorException.malformed("cursor is damaged: its checksum does not hold", text);
        }
        if (bytes[CursorLayout.ORDER_OFFSET] != CursorLayout.SHARDS_IN_TURN) {
            throw InvalidCursorException.malformed(
                    "cursor is of an unknown read order: order=" + bytes[CursorLayout.ORDER_OFFSET], text);
        }
        Cursor cursor = read(in.limit(crcOffset), text);
        if (!cursor.toString().equals(text)) {
            throw InvalidCursorException.malformed("cursor is not in its shortest form", text);
        }
        return cursor;
    }

    /**
     * How many events lie between that place and this one, where this one is ahead; 0 if it is nowhere. Events that were
     * evicted count.
     *
     * @param earlier null for the start of every shard
     * @throws IllegalArgumentException if they are of different channels
     */
    public long distanceFrom(@Nullable Cursor earlier) {
        if (earlier != null && channel != earlier.channel) {
            throw new IllegalArgumentException("cursors of different channels have no order");
        }
        long distance = 0;
        for (int i = 0; i < shards.length; i++) {
            long from = earlier == null ? 0 : earlier.next(shards[i]);
            distance += Math.max(0, next[i] - from);
        }
        return distance;
    }

    /** Whether both name the same place. Their texts may differ in which shard is read first. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Cursor cursor
                && channel == cursor.channel
                && Arrays.equals(shards, cursor.shards)
                && Arrays.equals(epochs, cursor.epochs)
                && Arrays.equals(next, cursor.next);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Long.hashCode(channel) + Arrays.hashCode(shards)) + Arrays.hashCode(next);
    }

    /** The text that {@link #parse} reads. */
    @Override
    public String toString() {
        ByteBuffer out = ByteBuffer.allocate(
                        CursorLayout.LEAST_BYTES + 2 * Varint.MAX_BYTES + 3 * Varint.MAX_BYTES * shards.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.put(CursorLayout.MAGIC_0).put(CursorLayout.MAGIC_1);
        out.put((byte) CursorLayout.VERSION).put((byte) CursorLayout.SHARDS_IN_TURN);
        out.putLong(channel);
        Varint.put(out, turn);
        Varint.put(out, shards.length);
        for (int i = 0; i < shards.length; i++) {
            Varint.put(out, shards[i]);
            Varint.put(out, epochs[i]);
            Varint.put(out, next[i]);
        }
        out.putInt(crc(out.array(), out.position()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(out.array(), out.position()));
    }

    /** What a channel's cursors carry in place of its name. */
    static long fingerprint(String channelName) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(channelName.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).order(ByteOrder.LITTLE_ENDIAN).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The place before every event. */
    static Cursor start(long channel) {
        return new Cursor(channel, 0, new int[0], new int[0], new long[0]);
    }

    /** @param shards ascending; those whose {@code next} is 0 are left out */
    static Cursor of(long channel, int turn, int[] shards, int[] epochs, long[] next) {
        int[] shardsKept = new int[shards.length];
        int[] epochsKept = new int[shards.length];
        long[] nextKept = new long[shards.length];
        int kept = 0;
        for (int i = 0; i < shards.length; i++) {
            if (next[i] > 0) {
                shardsKept[kept] = shards[i];
                epochsKept[kept] = epochs[i];
                nextKept[kept] = next[i];
                kept++;
            }
        }
        return new Cursor(
                channel,
                turn,
                Arrays.copyOf(shardsKept, kept),
                Arrays.copyOf(epochsKept, kept),
                Arrays.copyOf(nextKept, kept));
    }

    /**
     * This place, but behind one more event.
     *
     * @param end knows the event's shard, and the epoch it is of
     */
    Cursor past(Position event, Cursor end) {
        int known = Arrays.binarySearch(end.shards, event.shard());
        if (channel != end.channel || known < 0 || event.sequence() >= end.next[known]) {
            throw new IllegalArgumentException(
                    "no such event behind this cursor: shard=" + event.shard() + ", sequence=" + event.sequence());
        }
        int found = Arrays.binarySearch(shards, event.shard());
        boolean isNew = found < 0;
        int rank = isNew ? -found - 1 : found;
        int size = shards.length + (isNew ? 1 : 0);
        int[] newShards = new int[size];
        int[] newEpochs = new int[size];
        long[] newNext = new long[size];
        int rest = rank + (isNew ? 0 : 1);
        System.arraycopy(shards, 0, newShards, 0, rank);
        System.arraycopy(epochs, 0, newEpochs, 0, rank);
        System.arraycopy(next, 0, newNext, 0, rank);
        System.arraycopy(shards, rest, newShards, rank + 1, shards.length - rest);
        System.arraycopy(epochs, rest, newEpochs, rank + 1, shards.length - rest);
        System.arraycopy(next, rest, newNext, rank + 1, shards.length - rest);
        newShards[rank] = event.shard();
        newEpochs[rank] = end.epochs[known];
        newNext[rank] = event.sequence() + 1;
        return new Cursor(channel, turn, newShards, newEpochs, newNext);
    }

    long channel() {
        return channel;
    }

    /** The rank of the shard the next page begins with. */
    int turn() {
        return turn;
    }

    /** How many shards it knows. */
    int size() {
        return shards.length;
    }

    /** The number of the shard it knows at that rank. */
    int shardAt(int rank) {
        return shards[rank];
    }

    int epochAt(int rank) {
        return epochs[rank];
    }

    long nextAt(int rank) {
        return next[rank];
    }

    /** The sequence it goes on at in a shard; 0 if it does not know it. */
    long next(int shard) {
        int rank = Arrays.binarySearch(shards, shard);
        return rank < 0 ? 0 : next[rank];
    }

    private static byte[] decode(String text) {
        if (text.isEmpty()) {
            throw InvalidCursorException.malformed("cursor is empty", text);
        }
        if (text.length() > CursorLayout.MAX_CHARS) {
            throw InvalidCursorException.malformed(
                    "cursor is too long: chars=" + text.length() + ", max=" + CursorLayout.MAX_CHARS, text);
        }
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw InvalidCursorException.malformed("cursor is not base64url", text);
        }
    }

    /** Reads what lies between the head and the checksum, which held: only a foreign writer can have made it wrong. */
    private static Cursor read(ByteBuffer in, String text) {
        try {
            long channel = in.getLong(CursorLayout.CHANNEL_OFFSET);
            in.position(CursorLayout.TURN_OFFSET);
            int turn = Varint.getInt(in);
            int count = Varint.getInt(in);
            if (count > in.remaining()) {
                throw new BufferUnderflowException();
            }
            int[] shards = new int[count];
            int[] epochs = new int[count];
            long[] next = new long[count];
            for (int i = 0; i < count; i++) {
                shards[i] = Varint.getInt(in);
                epochs[i] = Varint.getInt(in);
                next[i] = Varint.getLong(in);
                if (next[i] == 0 || (i > 0 && shards[i] <= shards[i - 1])) {
                    throw InvalidCursorException.malformed("cursor's shards are not in order", text);
                }
            }
            if (in.hasRemaining()) {
                throw InvalidCursorException.malformed("cursor has bytes too many: bytes=" + in.remaining(), text);
            }
            return new Cursor(channel, turn, shards, epochs, next);
        } catch (BufferUnderflowException | ArithmeticException e) {
            throw InvalidCursorException.malformed("cursor's numbers are out of range", text);
        }
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
