package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that nobody should send; the desk answers each and keeps serving. */
class MalformedRequestTests {

    private static final String HOST = "Host: localhost";
    private static final String GOOD = "{\"event\":\"ping\",\"payload\":{}}";

    @TempDir
    private static Path data;

    private static Desk desk;
    private static DeskClient client;

    @BeforeAll
    static void start() {
        desk = Desk.start(data, "server.tomcat.connection-timeout=2s");
        client = desk.client();
    }

    @AfterAll
    static void stop() {
        desk.close();
    }

    @AfterEach
    void keepsServing() {
        assertThat(client.upload(DeskClient.utf8(GOOD), "?ack=fsynced").body()).contains("\"accepted\":1");
        assertThat(client.get("/tasks").statusCode()).isEqualTo(200);
        assertThat(client.page(1, null, null).events()).hasSize(1);
    }

    @Test
    void aLineOfAHundredMegabytesIsSkippedToItsEnd() {
        byte[] line = "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        InputStream body = new InputStream() {
            private int sent;
            private int at;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (sent == 1001) {
                    return -1;
                }
                byte[] source = sent < 1000 ? line : DeskClient.utf8("\n" + GOOD + "\n");
                int count = Math.min(length, source.length - at);
                System.arraycopy(source, at, target, offset, count);
                at += count;
                if (at == source.length) {
                    at = 0;
                    sent++;
                }
                return count;
            }
        };
        HttpResponse<String> response =
                client.post("/events", BodyPublishers.ofInputStream(() -> body), "Content-Type", DeskClient.NDJSON);
        assertThat(response.body())
                .isEqualTo("{\"offered\":2,\"accepted\":1,\"refused\":0,\"malformed\":[{\"line\":1,"
                        + "\"reason\":\"too large: more than 1048576 bytes\"}]}");
    }

    @Test
    void randomBytesAreMalformedLines() {
        Random random = new Random(11);
        for (int i = 0; i < 20; i++) {
            byte[] bytes = new byte[random.nextInt(100_000)];
            random.nextBytes(bytes);
            HttpResponse<String> response = client.upload(bytes);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("\"accepted\":0");
        }
    }

    @Test
    void aBodyThatBreaksOffAddsNoHalfLine() {
        long before = client.events(1000, null).size();
        client.raw(DeskClient.utf8("POST /events HTTP/1.1\r\n" + HOST + "\r\nContent-Type: application/x-ndjson\r\n"
                + "Content-Length: 1000\r\n\r\n" + GOOD + "\n" + GOOD));
        client.raw(DeskClient.utf8("POST /events HTTP/1.1\r\n" + HOST + "\r\nContent-Type: application/x-ndjson\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n1d\r\n" + GOOD));
        client.upload(new byte[0], "?ack=fsynced");
        assertThat(client.events(1000, null).size() - before).isEqualTo(1);
    }

    @Test
    void aBodyThatDoesNotComeIsATimeout() {
        String answer = client.stalled("POST /events HTTP/1.1\r\n" + HOST + "\r\nContent-Type: application/x-ndjson\r\n"
                + "Content-Length: 1000\r\n\r\n" + GOOD + "\n");
        assertProblem(answer, 408);
    }

    @Test
    void anEarlyAnswerReachesAClientThatIsStillSending() {
        byte[] much = new byte[30_000_000];
        assertThat(client.post("/events", BodyPublishers.ofByteArray(much), "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(415);
        assertThat(client.post("/events", BodyPublishers.ofByteArray(much), "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(client.post("/tasks", BodyPublishers.ofByteArray(much)).statusCode())
                .isEqualTo(405);
        assertThat(client.post("/webhooks/github", BodyPublishers.ofByteArray(much))
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void wrongFramingIsABadRequest() {
        String head = "POST /events HTTP/1.1\r\n" + HOST + "\r\nContent-Type: application/x-ndjson\r\n";
        assertProblem(client.raw(DeskClient.utf8(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")), 400);
        assertProblem(client.raw(DeskClient.utf8(head + "Content-Length: -5\r\n\r\n")), 400);
        assertProblem(client.raw(DeskClient.utf8(head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")), 400);
        assertProblem(client.raw(DeskClient.utf8(head + "Transfer-Encoding: gzip\r\n\r\n")), 501);
    }

    @Test
    void aBodyThatBreaksOffIsAnsweredWithWhatWasTaken() {
        String head = "POST /events HTTP/1.1\r\n" + HOST + "\r\nContent-Type: application/x-ndjson\r\n";
        String lines = GOOD + "\nx\n" + GOOD + "\n";
        String chunked =
                "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(lines.length()) + "\r\n" + lines + "\r\n";
        for (String end : List.of("zz\r\n", "-1\r\n", "5", "5\r\nabc", "")) {
            String answer = client.raw(DeskClient.utf8(head + chunked + end));
            assertProblem(answer, 400);
            assertThat(answer)
                    .as(end)
                    .contains(
                            "\"detail\":\"The body breaks off, or its chunks are not well-formed, behind line 3.",
                            "\"offered\":3,\"accepted\":2,\"refused\":0,\"malformed\":[{\"line\":2,");
        }
        String announced = "Content-Length: 1000\r\n\r\n";
        assertThat(client.raw(DeskClient.utf8(head + announced + lines))).contains("\"accepted\":2");
        String silent = client.stalled(head + announced + lines);
        assertProblem(silent, 408);
        assertThat(silent).contains("The body did not go on for too long, behind line 3.", "\"accepted\":2");
    }

    @Test
    void anUnknownParameterIsNamed() {
        for (String query : List.of(
                "/events?fliter=x",
                "/events?limit=1&ack=fsynced",
                "/events?Limit=1",
                "/events/stream?limit=1",
                "/tasks?cursor=x",
                "/tasks?state=pending",
                "/tasks/stream?filter=x")) {
            HttpResponse<String> response = client.get(query);
            assertThat(response.statusCode()).as(query).isEqualTo(400);
            String name = query.replaceFirst(".*[?&]", "").replaceFirst("=.*", "");
            assertThat(response.body()).contains("\"detail\":\"Unknown parameter " + name + "; there is ");
        }
        for (String query : List.of("?akc=fsynced", "?ack=fsynced&sync=true")) {
            HttpResponse<String> response = client.upload(DeskClient.utf8(GOOD), query);
            assertThat(response.statusCode()).as(query).isEqualTo(400);
            assertThat(response.body()).contains("; there is ack.");
        }
        HttpResponse<String> twice = client.upload(DeskClient.utf8(GOOD), "?ack=fsynced&ack=written");
        assertThat(twice.statusCode()).isEqualTo(400);
        assertThat(twice.body()).contains("ack must be fsynced");
        assertThat(client.get("/events?" + "x".repeat(2000) + "=1").body()).hasSizeLessThan(400);
        assertThat(client.get("/events?%0d%0a%00=1").body()).contains("Unknown parameter ???;");
    }

    @Test
    void hostileRequestLinesAndHeadersAreRefused() {
        assertProblem(client.raw("GET /tasks?title=<> HTTP/1.1", HOST), 400);
        assertProblem(client.raw("GET /tasks?title=%zz HTTP/1.1", HOST), 400);
        assertProblem(client.raw("GET /tasks?title=%00 HTTP/1.1", HOST), 200);
        assertProblem(client.raw("GET /../../etc/passwd HTTP/1.1", HOST), 400);
        assertProblem(client.raw("GET /..%2f..%2fetc/passwd HTTP/1.1", HOST), 400);
        assertProblem(client.raw("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", HOST), 400);
        assertProblem(client.raw("GET /tasks HTTP/1.1", HOST, "X: " + "a".repeat(20_000)), 400);
        assertProblem(client.raw("GET /" + "a".repeat(20_000) + " HTTP/1.1", HOST), 400);
        assertProblem(client.raw("GET /tasks HTTP/1.1", HOST, "Broken header"), 400);
        assertProblem(client.raw("GET /tasks HTTP/1.1", HOST, "X\u0000Y: a"), 400);
        assertProblem(client.raw("GET /tasks HTTP/1.1"), 400);
        assertProblem(client.raw("GET /tasks HTTP/9.9", HOST), 505);
        assertProblem(client.raw("TRACE /tasks HTTP/1.1", HOST), 405);
        assertProblem(client.raw("BREW /tasks HTTP/1.1", HOST), 405);
        assertProblem(client.raw("DELETE /events HTTP/1.1", HOST), 405);
        assertProblem(client.raw("GET /nowhere HTTP/1.1", HOST), 404);
        assertProblem(client.raw("GET /tasks HTTP/1.1", HOST, "Accept: image/png"), 406);
        assertProblem(client.raw("GET /tasks HTTP/1.1", HOST, "Accept: ;;;"), 406);
        assertProblem(client.raw("GET /error HTTP/1.1", HOST), 404);
        assertThat(client.raw("\u0016\u0003\u0001\u0002 not http"))
                .satisfiesAnyOf(
                        answer -> assertThat(answer).isEmpty(),
                        answer -> assertThat(answer).startsWith("HTTP/1.1 400"));
    }

    private static void assertProblem(String answer, int status) {
        assertThat(answer).startsWith("HTTP/1.1 " + status);
        for (String trace : List.of("Exception", "\tat ", "org.apache", "org.springframework", "io.netbus", "<html")) {
            assertThat(answer).doesNotContain(trace);
        }
        if (status >= 400) {
            assertThat(answer).contains("Content-Type: application/problem+json", "nosniff", "\"status\":" + status);
        }
    }
}
