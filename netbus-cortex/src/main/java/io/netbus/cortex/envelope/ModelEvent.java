package io.netbus.cortex.envelope;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a model.
 *
 * @param type its logical name, such as {@code task.created}; 1 to {@link #MAX_TYPE_CHARS} of {@code a-z 0-9 . _ -}
 * @param schemaVersion version of the body's shape, 1 to {@link #MAX_SCHEMA_VERSION}
 * @param body JSON in UTF-8; neither copied nor looked at here, so it must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into it
public record ModelEvent(String type, int schemaVersion, byte[] body) implements Envelope {

    /** Longest type name. */
    public static final int MAX_TYPE_CHARS = 200;

    /** Highest schema version. */
    public static final int MAX_SCHEMA_VERSION = 0xFFFF;

    /** Rejects a name or a version outside its range. */
    public ModelEvent {
        EnvelopeLayout.requireName("type", type, MAX_TYPE_CHARS);
        if (schemaVersion < 1 || schemaVersion > MAX_SCHEMA_VERSION) {
            throw new IllegalArgumentException("schemaVersion is out of range: schemaVersion=" + schemaVersion
                    + ", min=1, max=" + MAX_SCHEMA_VERSION);
        }
    }

    @Override
    public byte[] encode() {
        return EnvelopeLayout.encode(EnvelopeLayout.MODEL_EVENT, schemaVersion, type, body);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ModelEvent event
                && type.equals(event.type)
                && schemaVersion == event.schemaVersion
                && Arrays.equals(body, event.body);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(body);
    }

    /** Shows at most the first 100 bytes of the body. */
    @Override
    public String toString() {
        int shown = Math.min(body.length, 100);
        return "ModelEvent[type=" + type + ", schemaVersion=" + schemaVersion + ", bodyBytes=" + body.length + ", body="
                + new String(body, 0, shown, StandardCharsets.UTF_8) + (shown < body.length ? "…]" : "]");
    }
}
