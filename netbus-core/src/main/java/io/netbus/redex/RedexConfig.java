package io.netbus.redex;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Immutable settings of a {@link Redex}.
 *
 * @param logDefaults the settings of a log that is opened without its own; default {@link LogConfig#defaults()}
 * @param lockWait how long opening a directory waits for another holder to let go; default 10 s
 * @param allowNetworkFileSystem whether the directory may be on a network file system, where neither the lock that
 *     keeps a second holder out nor a force can be relied on; default false
 * @param archive takes what the retention of logs on disk lets go of, those in memory have none; default null, it is deleted
 */
public record RedexConfig(
        LogConfig logDefaults,
        Duration lockWait,
        boolean allowNetworkFileSystem,
        @Nullable LogArchive archive) {

    /** Rejects a negative wait. */
    public RedexConfig {
        if (lockWait.isNegative()) {
            throw new IllegalArgumentException("lockWait must not be negative: lockWait=" + lockWait);
        }
    }

    /** The defaults named above. */
    public static RedexConfig defaults() {
        return new RedexConfig(LogConfig.defaults(), Duration.ofSeconds(10), false, null);
    }

    /** A copy with another {@link #logDefaults()}. */
    public RedexConfig withLogDefaults(LogConfig defaults) {
        return new RedexConfig(defaults, lockWait, allowNetworkFileSystem, archive);
    }

    /** A copy whose {@link #logDefaults()} have another {@link LogConfig#segmentBytes()}. */
    public RedexConfig withSegmentBytes(int bytes) {
        return withLogDefaults(logDefaults.withSegmentBytes(bytes));
    }

    /** A copy whose {@link #logDefaults()} have another {@link LogConfig#maxPayloadBytes()}. */
    public RedexConfig withMaxPayloadBytes(int bytes) {
        return withLogDefaults(logDefaults.withMaxPayloadBytes(bytes));
    }

    /** A copy whose {@link #logDefaults()} force at that {@link ForcePolicy#interval interval}. */
    public RedexConfig withForceInterval(Duration interval) {
        return withLogDefaults(logDefaults.withForcePolicy(ForcePolicy.interval(interval)));
    }

    /** A copy whose {@link #logDefaults()} have another {@link LogConfig#writeMode()}. */
    public RedexConfig withWriteMode(WriteMode mode) {
        return withLogDefaults(logDefaults.withWriteMode(mode));
    }

    /** A copy whose {@link #logDefaults()} have another {@link LogConfig#recovery()}. */
    public RedexConfig withRecovery(RecoveryMode mode) {
        return withLogDefaults(logDefaults.withRecovery(mode));
    }

    /** A copy with another {@link #lockWait()}. */
    public RedexConfig withLockWait(Duration wait) {
        return new RedexConfig(logDefaults, wait, allowNetworkFileSystem, archive);
    }

    /** A copy with another {@link #allowNetworkFileSystem()}. */
    public RedexConfig withAllowNetworkFileSystem(boolean allow) {
        return new RedexConfig(logDefaults, lockWait, allow, archive);
    }

    /** A copy with another {@link #archive()}. */
    public RedexConfig withArchive(@Nullable LogArchive other) {
        return new RedexConfig(logDefaults, lockWait, allowNetworkFileSystem, other);
    }
}
