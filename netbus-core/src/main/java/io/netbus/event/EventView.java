package io.netbus.event;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event where it lies, without copying it. One view is pointed at one event after another and is valid only
 * while the bytes are; {@link #toEvent()} makes a copy that lasts. <b>Threads:</b> one at a time.
 */
public final class EventView {

    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private int start;
    private int flags;
    private int payloadStart;

    /**
     * Points this view at an event.
     *
     * @param encoded from position to limit, in {@link EventLayout}; not changed, also not later
     * @return this
     * @throws MalformedEventException if the bytes are not an event of a known format
     */
    public EventView wrap(ByteBuffer encoded) {
        bytes = encoded.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        start = bytes.position();
        if (!bytes.hasRemaining()) {
            throw new MalformedEventException("event has no bytes");
        }
        int first = bytes.get(start) & 0xFF;
        int format = first >>> EventLayout.FLAG_BITS;
        if (format != EventLayout.FORMAT) {
            throw new MalformedEventException(
                    "event has an unknown format: format=" + format + ", known=" + EventLayout.FORMAT);
        }
        flags = first & EventLayout.FLAG_MASK;
        try {
            payloadStart = findPayload();
        } catch (IndexOutOfBoundsException e) {
            throw new MalformedEventException("event ends within its head: bytes=" + encoded.remaining());
        }
        if (payloadStart > bytes.limit()) {
            throw new MalformedEventException("event ends within its head: bytes=" + encoded.remaining());
        }
        return this;
    }

    /** The payload, a read-only view. */
    public ByteBuffer payload() {
        return bytes.asReadOnlyBuffer().position(payloadStart).slice();
    }

    /** Size of the payload in bytes. */
    public int payloadBytes() {
        return bytes.limit() - payloadStart;
    }

    /** The key; null without one. */
    public @Nullable String key() {
        return text(EventLayout.HAS_KEY);
    }

    /** The payload's media type; null if the sender named none. */
    public @Nullable String contentType() {
        return text(EventLayout.HAS_CONTENT_TYPE);
    }

    /** The idempotency id; null without one. */
    public @Nullable String id() {
        return text(EventLayout.HAS_ID);
    }

    /** The headers in the sender's order; empty without any. */
    public List<Header> headers() {
        if ((flags & EventLayout.HAS_HEADERS) == 0) {
            return List.of();
        }
        int offset = headersStart();
        int count = bytes.getShort(offset) & 0xFFFF;
        offset += Short.BYTES;
        List<Header> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String name = textAt(offset);
            offset = skipText(offset);
            String value = textAt(offset);
            offset = skipText(offset);
            headers.add(new Header(name, value));
        }
        return List.copyOf(headers);
    }

    /** A copy of the event that lasts. */
    public Event toEvent() {
        byte[] copy = new byte[bytes.limit() - start];
        bytes.get(start, copy);
        return new Event(copy, payloadStart - start);
    }

    private int findPayload() {
        int offset = headersStart();
        if ((flags & EventLayout.HAS_HEADERS) == 0) {
            return offset;
        }
        int count = bytes.getShort(offset) & 0xFFFF;
        offset += Short.BYTES;
        for (int i = 0; i < 2 * count; i++) {
            offset = skipText(offset);
        }
        return offset;
    }

    private int headersStart() {
        int offset = start + EventLayout.BARE_HEAD_BYTES;
        for (int flag = EventLayout.HAS_KEY; flag < EventLayout.HAS_HEADERS; flag <<= 1) {
            if ((flags & flag) != 0) {
                offset = skipText(offset);
            }
        }
        return offset;
    }

    private @Nullable String text(int wanted) {
        if ((flags & wanted) == 0) {
            return null;
        }
        int offset = start + EventLayout.BARE_HEAD_BYTES;
        for (int flag = EventLayout.HAS_KEY; flag < wanted; flag <<= 1) {
            if ((flags & flag) != 0) {
                offset = skipText(offset);
            }
        }
        return textAt(offset);
    }

    private int skipText(int offset) {
        return offset + Short.BYTES + (bytes.getShort(offset) & 0xFFFF);
    }

    private String textAt(int offset) {
        byte[] text = new byte[bytes.getShort(offset) & 0xFFFF];
        bytes.get(offset + Short.BYTES, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
