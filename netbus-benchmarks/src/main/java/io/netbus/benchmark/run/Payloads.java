package io.netbus.benchmark.run;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * Payloads of one size, every one different, at next to no cost. <b>Threads:</b> one.
 * <p>
 * A few random arrays go round, each with a number written over its first eight bytes some payloads before it is handed
 * out: a copy right behind the store would wait for it, and the row would measure that.
 */
public final class Payloads {

    /** Size of payloads where nothing else is said. */
    public static final int BYTES = 64;

    private static final int MOST_ARRAYS = 256;
    private static final int FEWEST_ARRAYS = 128;
    private static final int CACHED_BYTES = 16 * 1024; // small ones stay in the first-level cache
    private static final int AHEAD = 32;
    private static final long SEED = 42;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[][] arrays;
    private final long[] sums; // without the number
    private long next;

    /** Of {@link #BYTES} bytes, from number 0 on. */
    public Payloads() {
        this(BYTES, 0);
    }

    /**
     * Of any size; two that hand out the same number hand out the same bytes.
     *
     * @param bytes a multiple of 8
     * @param first number of the first
     */
    public Payloads(int bytes, long first) {
        int count = Math.max(FEWEST_ARRAYS, Math.min(MOST_ARRAYS, CACHED_BYTES / bytes));
        arrays = new byte[Integer.highestOneBit(count)][bytes];
        sums = new long[arrays.length];
        next = first;
        Random random = new Random(SEED);
        for (int i = 0; i < arrays.length; i++) {
            random.nextBytes(arrays[i]);
            LONG.set(arrays[i], 0, 0L);
            sums[i] = sum(arrays[i]);
        }
        for (long i = 0; i < AHEAD; i++) {
            stamp(first + i);
        }
    }

    /** The next payload, valid until 64 others were handed out. */
    public byte[] next() {
        long number = next++;
        stamp(number + AHEAD);
        return arrays[index(number)];
    }

    /** The number of the next one: how many were handed out if the first was 0. */
    public long count() {
        return next;
    }

    /** Adds the sums of the payloads from one number to another to a checksum, as {@link Tally} does. */
    public long expect(long check, long from, long to) {
        long result = check;
        for (long i = from; i < to; i++) {
            result = Tally.mix(result, sumOf(i));
        }
        return result;
    }

    /** The sum of the payload with that number. */
    public long sumOf(long number) {
        return sums[index(number)] + number * SPREAD;
    }

    /** The sum of the eight words of 64 bytes, read little-endian. */
    public static long sum(byte[] bytes, int offset) {
        return (long) LONG.get(bytes, offset)
                + (long) LONG.get(bytes, offset + 8)
                + (long) LONG.get(bytes, offset + 16)
                + (long) LONG.get(bytes, offset + 24)
                + (long) LONG.get(bytes, offset + 32)
                + (long) LONG.get(bytes, offset + 40)
                + (long) LONG.get(bytes, offset + 48)
                + (long) LONG.get(bytes, offset + 56);
    }

    /** The sum of a payload's words, read little-endian. */
    public static long sum(byte[] bytes) {
        return sum(bytes, 0, bytes.length);
    }

    /** The sum of the words in a part of an array, read little-endian. */
    public static long sum(byte[] bytes, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i += Long.BYTES) {
            sum += (long) LONG.get(bytes, i);
        }
        return sum;
    }

    /** The sum of a payload's words, from position to limit; leaves the buffer's order little-endian. */
    public static long sum(ByteBuffer bytes) {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        return sum(bytes, bytes.position(), bytes.limit());
    }

    /** The sum of the words in a part of a little-endian buffer. */
    public static long sum(ByteBuffer bytes, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i += Long.BYTES) {
            sum += bytes.getLong(i);
        }
        return sum;
    }

    private void stamp(long number) {
        LONG.set(arrays[index(number)], 0, number * SPREAD);
    }

    private int index(long number) {
        return (int) number & (arrays.length - 1);
    }
}
