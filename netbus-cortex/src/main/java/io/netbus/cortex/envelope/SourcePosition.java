package io.netbus.cortex.envelope;

import java.nio.charset.StandardCharsets;

/**
 * How far a bridge has come in its source: every event before the cursor is in this log or was found irrelevant.
 *
 * @param bridge the bridge's name; 1 to {@link #MAX_BRIDGE_CHARS} of {@code a-z 0-9 . _ -}
 * @param cursor the source's own text, not looked at here
 */
public record SourcePosition(String bridge, String cursor) implements Envelope {

    /** Longest bridge name. */
    public static final int MAX_BRIDGE_CHARS = 100;

    /** Rejects a name outside its range. */
    public SourcePosition {
        EnvelopeLayout.requireName("bridge", bridge, MAX_BRIDGE_CHARS);
    }

    @Override
    public byte[] encode() {
        return EnvelopeLayout.encode(
                EnvelopeLayout.SOURCE_POSITION, 0, bridge, cursor.getBytes(StandardCharsets.UTF_8));
    }
}
