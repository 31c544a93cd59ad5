package io.netbus.bus;

import java.time.Duration;

/** What happens to an event offered to a shard whose budget is used up. */
public sealed interface BackpressurePolicy {

    /** Refuse it at once with {@link io.netbus.event.IngestResult#FULL}. */
    record Fail() implements BackpressurePolicy {}

    /**
     * Let the caller wait for room, then refuse with {@link io.netbus.event.IngestResult#TIMED_OUT}. An interrupt ends
     * the wait as the timeout does and is kept.
     *
     * @param timeout above 0
     */
    record Block(Duration timeout) implements BackpressurePolicy {

        /** Rejects a timeout that is not above 0. */
        public Block {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("timeout must be above 0: timeout=" + timeout);
            }
        }
    }

    /** Refuse at once. */
    static BackpressurePolicy fail() {
        return new Fail();
    }

    /** Wait at most that long. */
    static BackpressurePolicy block(Duration timeout) {
        return new Block(timeout);
    }
}
