package io.netbus.redex;

import java.time.Duration;

/**
 * Immutable settings shared by the logs of one {@link Redex}.
 *
 * @param segmentBytes size at which a log goes on in a new file; 64 KiB to 1 GiB, default 128 MiB
 * @param maxPayloadBytes largest payload of one record; 1 byte to 65 MiB, default 2 MiB. An event of the bus takes up
 *     to 128 KiB more than its own payload
 * @param forceInterval how long an appended record may stay unforced; 1 ms to 1 h, default 1 s
 * @param lockWait how long opening a directory waits for another holder to let go; default 10 s
 * @param writeMode how records get into files; default {@link WriteMode#MAPPED}
 * @param allowNetworkFileSystem whether the directory may be on a network file system, where neither the lock that
 *     keeps a second holder out nor a force can be relied on; default false
 */
public record RedexConfig(
        int segmentBytes,
        int maxPayloadBytes,
        Duration forceInterval,
        Duration lockWait,
        WriteMode writeMode,
        boolean allowNetworkFileSystem) {

    /** How records get into files. What a call promises when it returns is the same in both. */
    public enum WriteMode {

        /**
         * By storing into memory that the operating system maps to the file: no system call per record. The room is made
         * ahead, by up to 16 MiB per log, so that a full disk is an exception at a known point. A file that another
         * program shortens while it is written ends in a {@link LogFailedException}.
         */
        MAPPED,

        /** By a system call for each append. Takes up no room ahead, and meets every failure of the disk in that call. */
        CHANNEL
    }

    private static final int KIB = 1024;
    private static final int MIB = KIB * KIB;

    /** Rejects values outside the ranges above. */
    public RedexConfig {
        requireRange("segmentBytes", segmentBytes, 64 * KIB, 1024 * MIB);
        requireRange("maxPayloadBytes", maxPayloadBytes, 1, 65 * MIB);
        requireRange(
                "forceIntervalMillis",
                forceInterval.toMillis(),
                1,
                Duration.ofHours(1).toMillis());
        if (lockWait.isNegative()) {
            throw new IllegalArgumentException("lockWait must not be negative: lockWait=" + lockWait);
        }
    }

    /** The defaults named above. */
    public static RedexConfig defaults() {
        return new RedexConfig(
                128 * MIB, 2 * MIB, Duration.ofSeconds(1), Duration.ofSeconds(10), WriteMode.MAPPED, false);
    }

    /** A copy with another {@link #segmentBytes()}. */
    public RedexConfig withSegmentBytes(int bytes) {
        return new RedexConfig(bytes, maxPayloadBytes, forceInterval, lockWait, writeMode, allowNetworkFileSystem);
    }

    /** A copy with another {@link #maxPayloadBytes()}. */
    public RedexConfig withMaxPayloadBytes(int bytes) {
        return new RedexConfig(segmentBytes, bytes, forceInterval, lockWait, writeMode, allowNetworkFileSystem);
    }

    /** A copy with another {@link #forceInterval()}. */
    public RedexConfig withForceInterval(Duration interval) {
        return new RedexConfig(segmentBytes, maxPayloadBytes, interval, lockWait, writeMode, allowNetworkFileSystem);
    }

    /** A copy with another {@link #lockWait()}. */
    public RedexConfig withLockWait(Duration wait) {
        return new RedexConfig(segmentBytes, maxPayloadBytes, forceInterval, wait, writeMode, allowNetworkFileSystem);
    }

    /** A copy with another {@link #writeMode()}. */
    public RedexConfig withWriteMode(WriteMode mode) {
        return new RedexConfig(segmentBytes, maxPayloadBytes, forceInterval, lockWait, mode, allowNetworkFileSystem);
    }

    /** A copy with another {@link #allowNetworkFileSystem()}. */
    public RedexConfig withAllowNetworkFileSystem(boolean allow) {
        return new RedexConfig(segmentBytes, maxPayloadBytes, forceInterval, lockWait, writeMode, allow);
    }

    /** The settings of a log that is opened without its own. */
    LogConfig logDefaults() {
        return LogConfig.defaults()
                .withSegmentBytes(segmentBytes)
                .withMaxPayloadBytes(maxPayloadBytes)
                .withWriteMode(writeMode)
                .withForcePolicy(ForcePolicy.interval(forceInterval));
    }

    private static void requireRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " is out of range: " + name + "=" + value + ", min=" + min + ", max=" + max);
        }
    }
}
