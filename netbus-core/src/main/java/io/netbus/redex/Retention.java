package io.netbus.redex;

import java.time.Duration;

/**
 * What a log keeps. The oldest whole segments go, on a schedule and never the one that is written, as long as at least one
 * of the first three limits is passed without them, and no {@link LogHold} needs them.
 *
 * @param maxAge records older than that may go, by their timestamps; from 100 years on, none are too old
 * @param maxBytes so many bytes of the newest segments are kept; 0 or more
 * @param maxRecords so many of the newest records are kept; 0 or more
 * @param hardLimitBytes the most the log may ever take up, holds or not; 0 or more
 * @param atHardLimit what gives way then
 */
public record Retention(Duration maxAge, long maxBytes, long maxRecords, long hardLimitBytes, AtHardLimit atHardLimit) {

    /** A limit that is never reached. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final Duration FOREVER =
            Duration.ofDays(36_500); // in nanoseconds a long, and so can be taken from a time
    private static final Retention ALL = new Retention(FOREVER, UNLIMITED, UNLIMITED, UNLIMITED, AtHardLimit.REFUSE);

    /** What gives way when a log has reached its hard limit and a hold keeps it from shrinking. */
    public enum AtHardLimit {

        /** The append: {@link LogFullException}, until the hold moves on. */
        REFUSE,

        /**
         * The hold: what it needed is lost to its owner, who is told by {@link LogHold#isBroken()}; counted. An append waits
         * up to five seconds for that.
         */
        BREAK_HOLDS
    }

    /** Rejects negative limits. */
    public Retention {
        if (maxAge.isNegative() || maxBytes < 0 || maxRecords < 0 || hardLimitBytes < 0) {
            throw new IllegalArgumentException("a limit is negative: maxAge=" + maxAge + ", maxBytes=" + maxBytes
                    + ", maxRecords=" + maxRecords + ", hardLimitBytes=" + hardLimitBytes);
        }
    }

    /** Keeps everything; the default. */
    public static Retention all() {
        return ALL;
    }

    /** A copy with another {@link #maxAge()}. */
    public Retention withMaxAge(Duration age) {
        return new Retention(age, maxBytes, maxRecords, hardLimitBytes, atHardLimit);
    }

    /** A copy with another {@link #maxBytes()}. */
    public Retention withMaxBytes(long bytes) {
        return new Retention(maxAge, bytes, maxRecords, hardLimitBytes, atHardLimit);
    }

    /** A copy with another {@link #maxRecords()}. */
    public Retention withMaxRecords(long records) {
        return new Retention(maxAge, maxBytes, records, hardLimitBytes, atHardLimit);
    }

    /** A copy with another {@link #hardLimitBytes()} and {@link #atHardLimit()}. */
    public Retention withHardLimit(long bytes, AtHardLimit what) {
        return new Retention(maxAge, maxBytes, maxRecords, bytes, what);
    }

    /** Whether records have to go by their age at all. */
    boolean limitsAge() {
        return maxAge.compareTo(FOREVER) < 0;
    }

    /**
     * Whether the oldest part of a log need not be kept.
     *
     * @param bytesLeft what the log takes up without it
     * @param recordsLeft how many records it then has
     * @param timestampNanos of the part's last record
     * @param nowNanos the time, in nanoseconds since 1970
     */
    boolean mayGo(long bytesLeft, long recordsLeft, long timestampNanos, long nowNanos) {
        return bytesLeft >= maxBytes || recordsLeft >= maxRecords || timestampNanos < oldestNanos(nowNanos);
    }

    /** Whether a hold gives way: so near to its hard limit, the log may not take the next part of that size. */
    boolean breaksHolds(long bytes, long nextBytes) {
        return atHardLimit == AtHardLimit.BREAK_HOLDS && bytes > hardLimitBytes - Math.min(hardLimitBytes, nextBytes);
    }

    /** The stamp below which records are too old at a time; nanoseconds since 1970. */
    long oldestNanos(long nowNanos) {
        return limitsAge() ? nowNanos - maxAge.toNanos() : Long.MIN_VALUE;
    }
}
