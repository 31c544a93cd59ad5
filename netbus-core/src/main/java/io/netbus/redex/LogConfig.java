package io.netbus.redex;

import java.time.Duration;

/**
 * Immutable settings of one log.
 *
 * @param segmentBytes size at which the log goes on in a new file; 64 KiB to 1 GiB, default 128 MiB
 * @param maxPayloadBytes largest payload of one record; 1 byte to 65 MiB, default 2 MiB. An event of the bus takes up to
 *     128 KiB more than its own payload
 * @param writeMode how records get into files; default {@link WriteMode#MAPPED}
 * @param acknowledgement what a record has survived when an append returns that asks for nothing else; default
 *     {@link Acknowledgement#WRITTEN}
 * @param forcePolicy when records are forced that nobody waits for; default every second
 * @param retention what is kept; default everything
 * @param compression how records are stored; default {@link Compression#NONE}. A log in memory does not compress
 * @param recovery what to do with damage that no crash explains; default {@link RecoveryMode#STRICT}
 */
public record LogConfig(
        int segmentBytes,
        int maxPayloadBytes,
        WriteMode writeMode,
        Acknowledgement acknowledgement,
        ForcePolicy forcePolicy,
        Retention retention,
        Compression compression,
        RecoveryMode recovery) {

    private static final int KIB = 1024;
    private static final int MIB = KIB * KIB;

    /** Rejects values outside the ranges above. */
    public LogConfig {
        requireRange("segmentBytes", segmentBytes, 64 * KIB, 1024 * MIB);
        requireRange("maxPayloadBytes", maxPayloadBytes, 1, 65 * MIB);
    }

    /** The defaults named above. */
    public static LogConfig defaults() {
        return new LogConfig(
                128 * MIB,
                2 * MIB,
                WriteMode.MAPPED,
                Acknowledgement.WRITTEN,
                ForcePolicy.interval(Duration.ofSeconds(1)),
                Retention.all(),
                Compression.NONE,
                RecoveryMode.STRICT);
    }

    /** A copy with another {@link #segmentBytes()}. */
    public LogConfig withSegmentBytes(int bytes) {
        return new LogConfig(
                bytes, maxPayloadBytes, writeMode, acknowledgement, forcePolicy, retention, compression, recovery);
    }

    /** A copy with another {@link #maxPayloadBytes()}. */
    public LogConfig withMaxPayloadBytes(int bytes) {
        return new LogConfig(
                segmentBytes, bytes, writeMode, acknowledgement, forcePolicy, retention, compression, recovery);
    }

    /** A copy with another {@link #writeMode()}. */
    public LogConfig withWriteMode(WriteMode mode) {
        return new LogConfig(
                segmentBytes, maxPayloadBytes, mode, acknowledgement, forcePolicy, retention, compression, recovery);
    }

    /** A copy with another {@link #acknowledgement()}. */
    public LogConfig withAcknowledgement(Acknowledgement level) {
        return new LogConfig(
                segmentBytes, maxPayloadBytes, writeMode, level, forcePolicy, retention, compression, recovery);
    }

    /** A copy with another {@link #forcePolicy()}. */
    public LogConfig withForcePolicy(ForcePolicy policy) {
        return new LogConfig(
                segmentBytes, maxPayloadBytes, writeMode, acknowledgement, policy, retention, compression, recovery);
    }

    /** A copy with another {@link #retention()}. */
    public LogConfig withRetention(Retention kept) {
        return new LogConfig(
                segmentBytes, maxPayloadBytes, writeMode, acknowledgement, forcePolicy, kept, compression, recovery);
    }

    /** A copy with another {@link #compression()}. */
    public LogConfig withCompression(Compression stored) {
        return new LogConfig(
                segmentBytes, maxPayloadBytes, writeMode, acknowledgement, forcePolicy, retention, stored, recovery);
    }

    /** A copy with another {@link #recovery()}. */
    public LogConfig withRecovery(RecoveryMode mode) {
        return new LogConfig(
                segmentBytes, maxPayloadBytes, writeMode, acknowledgement, forcePolicy, retention, compression, mode);
    }

    private static void requireRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " is out of range: " + name + "=" + value + ", min=" + min + ", max=" + max);
        }
    }
}
