package io.netbus.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events as a browser does. */
final class SseClient implements AutoCloseable {

    private final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    SseClient(HttpResponse<InputStream> response) {
        this.response = response;
        this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** A message, or a comment without anything else. */
    record Message(
            @Nullable String id,
            @Nullable String data,
            @Nullable String comment) {}

    int status() {
        return response.statusCode();
    }

    HttpResponse<InputStream> response() {
        return response;
    }

    /** The next message that has data; null at the end. */
    @Nullable
    Message next() {
        Message message = nextOfAnyKind();
        while (message != null && message.data() == null) {
            message = nextOfAnyKind();
        }
        return message;
    }

    /** The next message or comment; null at the end. */
    @Nullable
    Message nextOfAnyKind() {
        String id = null;
        String data = null;
        String comment = null;
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    if (data != null || comment != null) {
                        return new Message(id, data, comment);
                    }
                } else if (line.startsWith(":")) {
                    comment = line.substring(1);
                } else if (line.startsWith("id:")) {
                    id = line.substring(3).strip();
                } else if (line.startsWith("data:")) {
                    String value = line.substring(5);
                    data = data == null ? value : data + "\n" + value;
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
