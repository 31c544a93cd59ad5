package io.netbus.benchmark.run;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * Payloads of 64 bytes, every one different, at next to no cost. <b>Threads:</b> one.
 * <p>
 * A few random arrays go round, each with a number written over its first eight bytes some payloads before it is handed
 * out: a copy right behind the store would wait for it, and the row would measure that.
 */
public final class Payloads {

    /** Size of every payload. */
    public static final int BYTES = 64;

    private static final int ARRAYS = 256; // few enough to stay in the first-level cache
    private static final int AHEAD = 32;
    private static final long SEED = 42;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[][] arrays = new byte[ARRAYS][BYTES];
    private final long[] sums = new long[ARRAYS]; // without the number
    private long next;

    public Payloads() {
        Random random = new Random(SEED);
        for (int i = 0; i < ARRAYS; i++) {
            random.nextBytes(arrays[i]);
            LONG.set(arrays[i], 0, 0L);
            sums[i] = sum(arrays[i], 0);
        }
        for (long i = 0; i < AHEAD; i++) {
            stamp(i);
        }
    }

    /** The next payload, valid until the next call. */
    public byte[] next() {
        long number = next++;
        stamp(number + AHEAD);
        return arrays[index(number)];
    }

    /** How many were handed out. */
    public long count() {
        return next;
    }

    /** Adds the sums of the payloads from one number to another to a checksum, as {@link Tally} does. */
    public long expect(long check, long from, long to) {
        long result = check;
        for (long i = from; i < to; i++) {
            result = Tally.mix(result, sums[index(i)] + i * SPREAD);
        }
        return result;
    }

    /** The sum of a payload's eight words, read little-endian. */
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

    private void stamp(long number) {
        LONG.set(arrays[index(number)], 0, number * SPREAD);
    }

    private static int index(long number) {
        return (int) number & (ARRAYS - 1);
    }
}
