package io.netbus.benchmark.run;

import java.util.concurrent.TimeUnit;

/**
 * What a consumer received: how many payloads, and a checksum over every byte and their order.
 * <p>
 * <b>Threads:</b> one adds; the other says how many will come, before the first comes, and waits.
 */
public final class Tally {

    private static final long FACTOR = 0x5851F42D4C957F2DL;
    private static final long DEADLINE_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final int SPINS_BETWEEN_YIELDS = 64;

    private long count; // written by the consumer
    private long check; // written by the consumer
    private volatile long target;
    private volatile boolean done;

    /** Says how many more will come; before they do. */
    public void expect(long more) {
        done = false;
        target = count + more;
    }

    /** Takes the sum of one payload, see {@link Payloads#sum}. Consumer only. */
    public void add(long payloadSum) {
        check = mix(check, payloadSum);
        if (++count == target) {
            done = true;
        }
    }

    /** Waits until all have come. */
    @SuppressWarnings("ThreadPriorityCheck") // on few cores, spinning alone would keep the consumer from running
    public void await() {
        long start = System.nanoTime();
        for (int i = 1; !done; i++) {
            if (i % SPINS_BETWEEN_YIELDS != 0) {
                Thread.onSpinWait();
            } else if (System.nanoTime() - start < DEADLINE_NANOS) {
                Thread.yield();
            } else {
                throw new IllegalStateException("payloads did not arrive: count=" + count + ", expected=" + target);
            }
        }
    }

    /** Fails unless that many with that checksum have come. Once all have. */
    public void verify(long expectedCount, long expectedCheck) {
        if (count != expectedCount || check != expectedCheck) {
            throw new IllegalStateException("payloads were lost or damaged: count=" + count + ", expectedCount="
                    + expectedCount + ", check=" + check + ", expectedCheck=" + expectedCheck);
        }
    }

    static long mix(long check, long payloadSum) {
        return check * FACTOR + payloadSum;
    }
}
