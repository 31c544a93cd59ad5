package io.netbus.sample;

import io.netbus.event.StoredEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** A stored event as JSON: {@code {"shard":…,"sequence":…,"timestamp":…,"data":<the stored bytes>}}. */
final class EventJson {

    private static final DateTimeFormatter RFC_3339 =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

    private EventJson() {}

    static void write(StoredEvent event, OutputStream out) throws IOException {
        String head = "{\"shard\":" + event.shard() + ",\"sequence\":" + event.sequence() + ",\"timestamp\":\""
                + timestamp(Instant.ofEpochSecond(0, event.timestampNanos())) + "\",\"data\":";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        ByteBuffer payload = event.event().payload();
        byte[] bytes = new byte[Math.min(payload.remaining(), 8192)];
        while (payload.hasRemaining()) {
            int length = Math.min(payload.remaining(), bytes.length);
            payload.get(bytes, 0, length);
            out.write(bytes, 0, length);
        }
        out.write('}');
    }

    /** The same on one line, for where a line end would be the end: outside of strings JSON needs none. */
    static String line(StoredEvent event) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(event.event().payloadBytes() + 128);
        try {
            write(event, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8).replace('\r', ' ').replace('\n', ' ');
    }

    /** RFC 3339 in UTC, always to the nanosecond. */
    static String timestamp(Instant instant) {
        return RFC_3339.format(instant);
    }
}
