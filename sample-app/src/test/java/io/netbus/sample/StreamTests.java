package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

@ExtendWith(OutputCaptureExtension.class)
class StreamTests {

    @TempDir
    private Path data;

    private Desk desk;
    private DeskClient client;

    @BeforeEach
    void start() {
        desk = Desk.start(data);
        client = desk.client();
    }

    @AfterEach
    void stop() {
        desk.close();
    }

    @Test
    void eventsComeFromNowOnWithAHeartbeatAtOnce() {
        client.uploadForced(List.of(Webhooks.issue("opened", 1, "before")));
        try (SseClient stream = client.stream("/events/stream")) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.response().headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/event-stream");
            assertThat(message(stream.nextOfAnyKind()).comment()).isEqualTo("heartbeat");

            List<String> lines = List.of(Webhooks.issue("opened", 2, "größer \uD83D\uDE80"));
            client.uploadForced(lines);
            JsonNode event = DeskClient.JSON.readTree(message(stream.next()).data());
            assertThat(event.get("data")).isEqualTo(DeskClient.JSON.readTree(lines.get(0)));
            assertThat(event.get("shard").isInt() && event.get("sequence").isNumber())
                    .isTrue();
            assertThat(event.get("timestamp").asString()).endsWith("Z");
        }
    }

    @Test
    void anEventsIdIsTheCursorBehindIt() {
        List<String> lines = new Webhooks(5).lines(40);
        String start = client.page(1, null, null).next();
        String cursor = start;
        client.uploadForced(lines);
        List<String> seen = new ArrayList<>();
        for (int round = 0; seen.size() < 40; round++) {
            String from = cursor;
            try (SseClient stream = round % 2 == 0
                    ? client.stream("/events/stream?cursor=" + from)
                    : client.stream("/events/stream?cursor=" + start, "Last-Event-ID", from)) {
                for (int i = 0; i < 1 + round % 5 && seen.size() < 40; i++) {
                    SseClient.Message message = message(stream.next());
                    seen.add(DeskClient.JSON
                            .readTree(message.data())
                            .get("data")
                            .get("payload")
                            .get("made")
                            .asString());
                    cursor = String.valueOf(message.id());
                }
            }
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(40);
    }

    @Test
    void aLineEndWithinAPayloadBreaksNoMessage() {
        try (SseClient stream = client.stream("/events/stream")) {
            stream.nextOfAnyKind();
            client.deliver("ping", "d-1", "{\"a\":1,\r\n\r\"b\" :\n\n2}");
            assertThat(DeskClient.JSON
                            .readTree(message(stream.next()).data())
                            .get("data")
                            .get("payload")
                            .toString())
                    .isEqualTo("{\"a\":1,\"b\":2}");
        }
    }

    @Test
    void aFilteredStreamHasOnlyWhatMatches() {
        String filter = DeskClient.encoded("{\"path\":\"payload.action\",\"value\":\"closed\"}");
        try (SseClient stream = client.stream("/events/stream?filter=" + filter)) {
            stream.nextOfAnyKind();
            client.uploadForced(List.of(Webhooks.issue("opened", 1, "a"), Webhooks.issue("closed", 1, "a")));
            assertThat(message(stream.next()).data()).contains("closed");
        }
    }

    @Test
    void aBadFilterIsRefusedAsForAPage() {
        for (String filter : List.of("", "x", "{}", "{\"path\":1,\"value\":1}", "{\"$gt\":1}", "{\"path\":\"a\"")) {
            String query = "?filter=" + DeskClient.encoded(filter);
            var page = client.get("/events" + query);
            var stream = client.get("/events/stream" + query, "Accept", "text/event-stream");
            assertThat(stream.statusCode()).as(filter).isEqualTo(400);
            assertThat(stream.body().replace("/events/stream", "/events")).isEqualTo(page.body());
        }
    }

    @Test
    void aBadCursorFilterOrParameterIsRefusedBeforeTheStream() {
        for (String path : List.of(
                "/events/stream?cursor=abc",
                "/events/stream?filter=x",
                "/tasks/stream?status=x",
                "/tasks/stream?limit=0")) {
            var response = client.get(path, "Accept", "text/event-stream");
            assertThat(response.statusCode()).as(path).isEqualTo(400);
            assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        }
        assertThat(client.get("/events/stream", "Last-Event-ID", "hostile").statusCode())
                .isEqualTo(400);
    }

    @Test
    void tasksComeNowAndAfterEachChange() {
        try (SseClient stream = client.stream("/tasks/stream?status=pending&order=id,desc")) {
            assertThat(message(stream.next()).data()).isEqualTo("{\"tasks\":[]}");
            client.uploadForced(List.of(Webhooks.issue("opened", 1, "first")));
            assertThat(titles(message(stream.next()))).containsExactly("first");
            client.uploadForced(List.of(Webhooks.issue("opened", 2, "second")));
            assertThat(titles(message(stream.next()))).containsExactly("second", "first");
            client.uploadForced(List.of(Webhooks.issue("closed", 1, "first")));
            assertThat(titles(message(stream.next()))).containsExactly("second");
        }
    }

    @Test
    void clientsThatDoNotReadDelayNobody() throws IOException {
        List<Socket> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                Socket socket = new Socket();
                socket.setReceiveBufferSize(4096);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), desk.port()));
                String path = i % 2 == 0 ? "/events/stream" : "/tasks/stream?limit=1000";
                socket.getOutputStream().write(DeskClient.utf8("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
                stalled.add(socket);
            }
            String filler = "x".repeat(20_000);
            try (SseClient events = client.stream("/events/stream");
                    SseClient tasks = client.stream("/tasks/stream?order=id,desc&limit=1")) {
                events.nextOfAnyKind();
                tasks.next();
                for (int round = 0; round < 5; round++) {
                    int base = round * 100;
                    client.uploadForced(IntStream.range(base, base + 100)
                            .mapToObj(i -> Webhooks.issue("opened", i, i + filler))
                            .toList());
                    for (int i = 0; i < 100; i++) {
                        assertThat(message(events.next()).data()).contains(filler);
                    }
                }
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> titles(message(tasks.next())).get(0).startsWith("499"));
            }
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    @Test
    void streamsEndWhenTheApplicationStops(CapturedOutput output) {
        try (SseClient events = client.stream("/events/stream");
                SseClient tasks = client.stream("/tasks/stream")) {
            events.nextOfAnyKind();
            tasks.next();
            desk.close();
            assertThat(events.next()).isNull();
            assertThat(tasks.next()).isNull();
            assertThat(output).contains("Graceful shutdown complete").doesNotContain("Graceful shutdown aborted");
        }
    }

    private static SseClient.Message message(SseClient.@Nullable Message message) {
        assertThat(message).as("the stream goes on").isNotNull();
        return Objects.requireNonNull(message);
    }

    private static List<String> titles(SseClient.Message message) {
        return DeskClient.JSON
                .readTree(message.data())
                .get("tasks")
                .valueStream()
                .map(task -> task.get("title").asString())
                .toList();
    }
}
