package io.netbus.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller sends: a payload of bytes, returned byte for byte, and what travels with it.
 * <p>
 * Immutable; equal when all its bytes are. An event holds its encoded form ({@link EventLayout}), so handing it on is
 * one copy; key, id and headers are decoded when asked for.
 */
public final class Event {

    private final byte[] encoded;
    private final int payloadOffset;

    Event(byte[] encoded, int payloadOffset) {
        this.encoded = encoded;
        this.payloadOffset = payloadOffset;
    }

    /** An event of a payload alone; copies it. */
    public static Event of(byte[] payload) {
        return builder(payload).build();
    }

    /** Starts an event with that payload, which is copied when built. */
    public static Builder builder(byte[] payload) {
        return new Builder(payload);
    }

    /** The payload, a read-only view. */
    public ByteBuffer payload() {
        return ByteBuffer.wrap(encoded, payloadOffset, encoded.length - payloadOffset)
                .slice()
                .asReadOnlyBuffer();
    }

    /** A copy of the payload. */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(encoded, payloadOffset, encoded.length);
    }

    /** Size of the payload in bytes. */
    public int payloadBytes() {
        return encoded.length - payloadOffset;
    }

    /** The key, which decides the shard; null without one. */
    public @Nullable String key() {
        return view().key();
    }

    /** The payload's media type; null if the sender named none. */
    public @Nullable String contentType() {
        return view().contentType();
    }

    /** The idempotency id: an event whose id was accepted before is not accepted again. Null without one. */
    public @Nullable String id() {
        return view().id();
    }

    /** The headers in the sender's order; empty without any. */
    public List<Header> headers() {
        return view().headers();
    }

    /** The value of the first header of that name; null without one. */
    public @Nullable String header(String name) {
        for (Header header : headers()) {
            if (header.name().equals(name)) {
                return header.value();
            }
        }
        return null;
    }

    /** Size of its encoded form in bytes. */
    public int encodedBytes() {
        return encoded.length;
    }

    /** Copies the encoded form into {@code target}. */
    public void copyTo(byte[] target, int offset) {
        System.arraycopy(encoded, 0, target, offset, encoded.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Event event && Arrays.equals(encoded, event.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }

    /** Names sizes and key, never the payload. */
    @Override
    public String toString() {
        return "Event[payloadBytes=" + payloadBytes() + ", key=" + key() + "]";
    }

    private EventView view() {
        return new EventView().wrap(ByteBuffer.wrap(encoded));
    }

    /** Collects an event's parts. Texts are at most {@link EventLayout#MAX_TEXT_BYTES} bytes of UTF-8. */
    public static final class Builder {

        private final byte[] payload;
        private @Nullable String key;
        private @Nullable String contentType;
        private @Nullable String id;
        private final List<Header> headers = new ArrayList<>();

        private Builder(byte[] payload) {
            this.payload = payload;
        }

        /** Events of equal key stay in order and in one shard. */
        public Builder key(@Nullable String value) {
            key = value;
            return this;
        }

        /** The payload's media type, for its readers; the bus does not look at it. */
        public Builder contentType(@Nullable String value) {
            contentType = value;
            return this;
        }

        /** An event whose id was accepted within the bus's idempotency window is not accepted again. */
        public Builder id(@Nullable String value) {
            id = value;
            return this;
        }

        /** Adds a header behind those added before. */
        public Builder header(String name, String value) {
            headers.add(new Header(name, value));
            return this;
        }

        /**
         * Copies all parts into an event.
         *
         * @throws IllegalArgumentException if a text, the number of headers, or all texts together are above their
         *     limit
         */
        public Event build() {
            byte @Nullable [] keyText = text("key", key);
            byte @Nullable [] contentTypeText = text("contentType", contentType);
            byte @Nullable [] idText = text("id", id);
            List<byte[]> headerTexts = headerTexts();
            int flags = 0;
            int headBytes = EventLayout.BARE_HEAD_BYTES;
            if (keyText != null) {
                flags |= EventLayout.HAS_KEY;
                headBytes += Short.BYTES + keyText.length;
            }
            if (contentTypeText != null) {
                flags |= EventLayout.HAS_CONTENT_TYPE;
                headBytes += Short.BYTES + contentTypeText.length;
            }
            if (idText != null) {
                flags |= EventLayout.HAS_ID;
                headBytes += Short.BYTES + idText.length;
            }
            if (!headerTexts.isEmpty()) {
                flags |= EventLayout.HAS_HEADERS;
                headBytes += Short.BYTES;
                for (byte[] text : headerTexts) {
                    headBytes = Math.addExact(headBytes, Short.BYTES + text.length);
                }
            }
            if (headBytes > EventLayout.MAX_HEAD_BYTES) {
                throw new IllegalArgumentException("key, content type, id and headers are too long together: bytes="
                        + headBytes + ", max=" + EventLayout.MAX_HEAD_BYTES);
            }
            byte[] encoded = new byte[Math.addExact(headBytes, payload.length)];
            encoded[0] = (byte) (EventLayout.FORMAT << EventLayout.FLAG_BITS | flags);
            int offset = EventLayout.BARE_HEAD_BYTES;
            offset = keyText == null ? offset : EventLayout.putText(encoded, offset, keyText);
            offset = contentTypeText == null ? offset : EventLayout.putText(encoded, offset, contentTypeText);
            offset = idText == null ? offset : EventLayout.putText(encoded, offset, idText);
            if (!headerTexts.isEmpty()) {
                EventLayout.putShort(encoded, offset, headers.size());
                offset += Short.BYTES;
                for (byte[] text : headerTexts) {
                    offset = EventLayout.putText(encoded, offset, text);
                }
            }
            System.arraycopy(payload, 0, encoded, offset, payload.length);
            return new Event(encoded, offset);
        }

        private List<byte[]> headerTexts() {
            if (headers.size() > EventLayout.MAX_TEXT_BYTES) {
                throw new IllegalArgumentException(
                        "too many headers: headers=" + headers.size() + ", max=" + EventLayout.MAX_TEXT_BYTES);
            }
            List<byte[]> texts = new ArrayList<>(2 * headers.size());
            for (Header header : headers) {
                texts.add(utf8("header name", header.name()));
                texts.add(utf8("header " + header.name(), header.value()));
            }
            return texts;
        }

        private static byte @Nullable [] text(String what, @Nullable String value) {
            return value == null ? null : utf8(what, value);
        }

        private static byte[] utf8(String what, String value) {
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            if (text.length > EventLayout.MAX_TEXT_BYTES) {
                throw new IllegalArgumentException(
                        what + " is too long: bytes=" + text.length + ", max=" + EventLayout.MAX_TEXT_BYTES);
            }
            return text;
        }
    }
}
