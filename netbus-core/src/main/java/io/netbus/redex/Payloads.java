package io.netbus.redex;

import java.nio.ByteBuffer;

/** Checks what is to be appended, before anything is written. */
final class Payloads {

    private Payloads() {}

    static void check(String log, int payloadBytes, int maxPayloadBytes) {
        if (payloadBytes > maxPayloadBytes) {
            throw PayloadTooLargeException.of(log, payloadBytes, maxPayloadBytes);
        }
    }

    /** Walks the encoded records, which must be as many as the batch says, and fill it. */
    static void check(String log, RecordBatch batch, ByteBuffer encoded, int maxPayloadBytes) {
        int end = encoded.limit();
        int at = 0;
        for (int i = 0; i < batch.count(); i++) {
            int length = end - at < Integer.BYTES ? -1 : encoded.getInt(at);
            if (length >= 0) {
                check(log, length, maxPayloadBytes);
            }
            if (length < 0 || length > end - at - Integer.BYTES) {
                throw malformed(log, batch, "record=" + i + ", length=" + length);
            }
            at += Integer.BYTES + length;
        }
        if (at != end) {
            throw malformed(log, batch, "recordBytes=" + at);
        }
        if (FrameLayout.frameBytes(end) > FrameLayout.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("batch does not fit: log=" + log + ", encodedBytes=" + end
                    + ", maxBatchBytes=" + FrameLayout.MAX_FRAME_BYTES + " (append it in parts)");
        }
    }

    private static IllegalArgumentException malformed(String log, RecordBatch batch, String detail) {
        return new IllegalArgumentException("batch is not encoded as it should be: log=" + log + ", records="
                + batch.count() + ", encodedBytes=" + batch.encodedBytes() + ", " + detail);
    }
}
