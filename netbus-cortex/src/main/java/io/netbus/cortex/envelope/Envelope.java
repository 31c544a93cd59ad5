package io.netbus.cortex.envelope;

import java.nio.ByteBuffer;

/**
 * What one record of a model's log says. The bytes are described in {@code docs/format/envelope.md}.
 * <p>
 * <b>Threads:</b> immutable.
 */
public sealed interface Envelope permits ModelEvent, SourcePosition {

    /** Its bytes, the caller's own. */
    byte[] encode();

    /**
     * Reads an envelope.
     *
     * @param record from position to limit, left as it was, copied
     * @throws UnknownFormatException if it is of another format; the message names both
     * @throws MalformedEnvelopeException if the bytes are not an envelope
     */
    static Envelope decode(ByteBuffer record) {
        return EnvelopeLayout.decode(record);
    }
}
