package io.netbus.sample;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to a desk as its users do: over HTTP, on this machine. */
final class DeskClient {

    static final JsonMapper JSON = new JsonMapper();
    static final String NDJSON = "application/x-ndjson";

    private static final Duration TIMEOUT = Duration.ofSeconds(100);

    private final int port;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    DeskClient(int port) {
        this.port = port;
    }

    /** An event as it was served, its data as the very bytes. */
    record Served(int shard, long sequence, String timestamp, String data) {}

    /** A page as it was served. */
    record Page(List<Served> events, String next) {}

    URI uri(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + port + pathAndQuery);
    }

    HttpResponse<String> get(String pathAndQuery, String... headers) {
        return send(request(pathAndQuery, headers).GET());
    }

    HttpResponse<String> post(String path, BodyPublisher body, String... headers) {
        return send(request(path, headers).POST(body));
    }

    HttpResponse<String> upload(byte[] body) {
        return upload(body, "");
    }

    HttpResponse<String> upload(byte[] body, String query) {
        return post("/events" + query, BodyPublishers.ofByteArray(body), "Content-Type", NDJSON);
    }

    /** Uploads lines and waits until they are on the disk and in the tasks. */
    HttpResponse<String> uploadForced(List<String> lines) {
        return upload(utf8(String.join("\n", lines)), "?ack=fsynced");
    }

    HttpResponse<String> deliver(String event, String delivery, String payload, String... headers) {
        List<String> all = new ArrayList<>(
                List.of("Content-Type", "application/json", "X-GitHub-Event", event, "X-GitHub-Delivery", delivery));
        all.addAll(List.of(headers));
        return post("/webhooks/github", BodyPublishers.ofString(payload), all.toArray(String[]::new));
    }

    JsonNode json(String pathAndQuery) {
        HttpResponse<String> response = get(pathAndQuery);
        if (response.statusCode() != 200) {
            throw new AssertionError(pathAndQuery + " answered " + response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }

    /** One page, its data cut out of the answer's text. */
    Page page(int limit, @Nullable String cursor, @Nullable String filter) {
        String body = get("/events?limit=" + limit + (cursor == null ? "" : "&cursor=" + encoded(cursor))
                        + (filter == null ? "" : "&filter=" + encoded(filter)))
                .body();
        JsonNode page = JSON.readTree(body);
        List<Served> events = new ArrayList<>();
        int at = body.indexOf("\"data\":");
        for (JsonNode event : page.get("events")) {
            int start = at + "\"data\":".length();
            int end = endOfValue(body, start);
            events.add(new Served(
                    event.get("shard").asInt(),
                    event.get("sequence").asLong(),
                    event.get("timestamp").asString(),
                    body.substring(start, end)));
            at = body.indexOf("\"data\":", end);
        }
        return new Page(events, page.get("next").asString());
    }

    /** All events, page by page, until an empty page leaves {@code next} as it was. */
    List<Served> events(int limit, @Nullable String filter) {
        List<Served> all = new ArrayList<>();
        String cursor = null;
        while (true) {
            Page page = page(limit, cursor, filter);
            all.addAll(page.events());
            if (page.events().isEmpty() && page.next().equals(cursor)) {
                return all;
            }
            cursor = page.next();
        }
    }

    /** The tasks as they are listed, by id. */
    JsonNode tasks(String query) {
        return json("/tasks" + query).get("tasks");
    }

    /** Opens a stream of server-sent events. */
    SseClient stream(String pathAndQuery, String... headers) {
        HttpRequest request = request(pathAndQuery, headers).GET().build();
        try {
            return new SseClient(http.send(request, BodyHandlers.ofInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends bytes as they are and returns what comes back until the server closes. */
    String raw(byte[] request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            OutputStream out = socket.getOutputStream();
            out.write(request);
            out.flush();
            socket.shutdownOutput();
            return readToEnd(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the beginning of a request and nothing more; returns what comes back until the server closes. */
    String stalled(String beginning) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            socket.getOutputStream().write(utf8(beginning));
            return readToEnd(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request of one line and headers, as they are, and asks the server to close. */
    String raw(String requestLine, String... headers) {
        return raw(utf8(requestLine + "\r\n" + String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n")
                + "Connection: close\r\n\r\n"));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String readToEnd(InputStream in) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (IOException e) {
            // a reset behind the answer is an end as well
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private HttpRequest.Builder request(String pathAndQuery, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(pathAndQuery)).timeout(TIMEOUT);
        return headers.length == 0 ? request : request.headers(headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static int endOfValue(String json, int start) {
        int depth = 0;
        boolean inString = false;
        for (int i = start; ; i++) {
            char c = json.charAt(i);
            if (inString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return i + 1;
            }
        }
    }
}
