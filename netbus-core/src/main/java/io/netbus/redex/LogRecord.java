package io.netbus.redex;

/**
 * A record that was read from a log.
 *
 * @param timestampNanos nanoseconds since 1970
 * @param payload the receiver's own copy; two records with equal bytes in it are not equal
 */
@SuppressWarnings("ArrayRecordComponent") // wrapping it would hide that it is the receiver's
public record LogRecord(long sequence, long timestampNanos, byte[] payload) {}
