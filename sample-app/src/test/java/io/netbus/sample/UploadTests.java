package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.bus.EventBus;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class UploadTests {

    private static final String GOOD = "{\"event\":\"ping\",\"payload\":{}}";

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
    void threeHundredWebhooksComeBackByteForByteAndAsTasks() {
        List<String> lines = new Webhooks(273).lines(300);
        HttpResponse<String> response = client.uploadForced(lines);

        assertThat(response.body()).isEqualTo("{\"offered\":300,\"accepted\":300,\"refused\":0,\"malformed\":[]}");
        List<DeskClient.Served> served = client.events(7, null);
        assertThat(served).extracting(DeskClient.Served::data).containsExactlyInAnyOrderElementsOf(lines);
        assertThat(served.stream().map(e -> e.shard() + "/" + e.sequence()).collect(Collectors.toSet()))
                .hasSize(300);
        assertThat(client.events(7, "{\"path\":\"event\",\"value\":\"issues\"}"))
                .extracting(DeskClient.Served::data)
                .containsExactlyInAnyOrderElementsOf(lines.stream()
                        .filter(line -> line.startsWith("{\"event\":\"issues\""))
                        .toList());
        assertThat(Webhooks.tasksOf(client)).isEqualTo(Webhooks.fold(lines));
    }

    @Test
    void eventsOfOneRepositoryKeepTheirOrder() {
        List<String> lines = IntStream.range(0, 500)
                .mapToObj(i -> "{\"event\":\"push\",\"payload\":{\"n\":" + i
                        + ",\"repository\":{\"full_name\":\"octo/one\"}},\"extra\":[{}]}")
                .toList();
        client.uploadForced(lines);
        List<DeskClient.Served> served = client.events(100, null);
        assertThat(served).extracting(DeskClient.Served::data).containsExactlyElementsOf(lines);
        assertThat(served.stream().map(DeskClient.Served::shard).distinct()).hasSize(1);
    }

    @Test
    void malformedLinesAreReportedByNumberAndCostNoNeighbour() {
        List<String> lines = List.of(
                GOOD,
                "{\"event\":\"ping\",\"payload\":{}",
                GOOD,
                "[]",
                "{\"event\":7,\"payload\":{}}",
                "{\"event\":\"ping\",\"payload\":[]}",
                "{\"payload\":{}}",
                "{\"event\":\"ping\"}",
                GOOD + GOOD,
                GOOD + " x",
                "\uFEFF" + GOOD,
                "{\"event\":\"a\u0000b\",\"payload\":{}}",
                "\u0000" + GOOD,
                "not json",
                "{\"event\":\"ping\",\"payload\":" + "[".repeat(300) + "]".repeat(300) + "}",
                "{\"event\":\"ping\",\"payload\":{\"a\":" + "{\"a\":".repeat(300) + "1" + "}".repeat(300) + "}}",
                "{\"event\":\"ping\",\"payload\":{\"n\":" + "9".repeat(5000) + "}}",
                "{'event':'ping','payload':{}}",
                GOOD);
        JsonNode report = report(client.upload(DeskClient.utf8(String.join("\n", lines)), "?ack=fsynced"));

        assertThat(report.get("offered").asInt()).isEqualTo(lines.size());
        assertThat(report.get("accepted").asInt()).isEqualTo(3);
        assertThat(report.get("refused").asInt()).isZero();
        assertThat(report.get("malformed")
                        .valueStream()
                        .map(line -> line.get("line").asInt()))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(2, 18).filter(n -> n != 3).boxed().toList());
        assertThat(report.get("malformed")
                        .valueStream()
                        .map(line -> line.get("reason").asString()))
                .allSatisfy(reason -> assertThat(reason).isNotBlank().hasSizeLessThan(300));
        assertThat(client.events(10, null)).extracting(DeskClient.Served::data).containsExactly(GOOD, GOOD, GOOD);
    }

    @Test
    void onlyUtf8IsTaken() {
        String good = "\n" + GOOD + "\n";
        byte[][] bad = {
            {(byte) 0xFF},
            {(byte) 0xC0, (byte) 0xAF}, // overlong
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // half a surrogate pair
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // beyond Unicode
            {(byte) 0xE2, (byte) 0x82} // cut short
        };
        for (byte[] bytes : bad) {
            byte[] line = bytes("{\"event\":\"ping\",\"payload\":{\"skipped\":\"", bytes, "\"}}");
            JsonNode report = report(client.upload(bytes("", line, good)));
            assertThat(report.get("accepted").asInt()).isEqualTo(1);
            assertThat(report.get("malformed").toString()).isEqualTo("[{\"line\":1,\"reason\":\"not UTF-8\"}]");
        }
        byte[] utf16 = GOOD.getBytes(StandardCharsets.UTF_16LE);
        assertThat(report(client.upload(utf16)).get("accepted").asInt()).isZero();
    }

    @Test
    void lineEndsBlankLinesAndTheFilesMarkAreNotStored() {
        String body = "\uFEFF" + GOOD + "\r\n\r\n  \t\n\n" + GOOD + "\n \r\n" + GOOD;
        JsonNode report = report(client.upload(DeskClient.utf8(body), "?ack=fsynced"));

        assertThat(report.get("offered").asInt()).isEqualTo(3);
        assertThat(report.get("accepted").asInt()).isEqualTo(3);
        assertThat(client.events(10, null)).extracting(DeskClient.Served::data).containsExactly(GOOD, GOOD, GOOD);
    }

    @Test
    void anEmptyBodyIsZeros() {
        for (String body : List.of("", "\n", "\r\n \n", "\uFEFF")) {
            assertThat(client.upload(DeskClient.utf8(body), "?ack=fsynced").body())
                    .isEqualTo("{\"offered\":0,\"accepted\":0,\"refused\":0,\"malformed\":[]}");
        }
    }

    @Test
    void onlyTheFirstHundredMalformedLinesAreListed() {
        JsonNode report = report(client.upload(DeskClient.utf8("x\n".repeat(250) + GOOD)));
        assertThat(report.get("malformed").size()).isEqualTo(100);
        assertThat(report.get("offered").asInt()).isEqualTo(251);
        assertThat(report.get("accepted").asInt()).isEqualTo(1);
    }

    @Test
    void anotherContentTypeIsRefused() {
        for (String type :
                List.of("application/json", "text/plain", "application/x-www-form-urlencoded", "x", "a/b;c")) {
            HttpResponse<String> response = client.post("/events", BodyPublishers.ofString(GOOD), "Content-Type", type);
            assertThat(response.statusCode()).as(type).isEqualTo(415);
            assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        }
        assertThat(client.post("/events", BodyPublishers.ofString(GOOD)).statusCode())
                .isEqualTo(415);
        assertThat(client.post(
                                "/events",
                                BodyPublishers.ofString(GOOD),
                                "Content-Type",
                                "application/x-ndjson;charset=UTF-16")
                        .statusCode())
                .isEqualTo(415);
        assertThat(client.post(
                                "/events",
                                BodyPublishers.ofString(GOOD),
                                "Content-Type",
                                DeskClient.NDJSON,
                                "Content-Encoding",
                                "gzip")
                        .statusCode())
                .isEqualTo(415);
    }

    @Test
    void anotherAckIsRefused() {
        for (String ack : List.of("", "written", "FSYNCED", "fsynced,x")) {
            HttpResponse<String> response = client.upload(DeskClient.utf8(GOOD), "?ack=" + ack);
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).contains("ack must be fsynced");
        }
        assertThat(client.events(10, null)).isEmpty();
    }

    @Test
    void aFullShardSlowsTheUploadAndFailsNothing(@TempDir Path other) {
        try (Desk slow = Desk.start(
                List.of(GatedLog.class),
                other,
                "netbus.bus.shards=1",
                "netbus.bus.backpressure=fail",
                "netbus.bus.shard-budget=2MB",
                "desk.max-event-size=100KB")) {
            String line = "{\"event\":\"push\",\"payload\":{\"filler\":\"" + "x".repeat(50_000) + "\"}}\n";
            byte[] body = DeskClient.utf8(line.repeat(200));
            CompletableFuture<HttpResponse<String>> upload =
                    CompletableFuture.supplyAsync(() -> slow.client().upload(body, "?ack=fsynced"));
            Awaitility.await("the shard is full")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> slow.bean(EventBus.class).stats().get(0).refused() > 3);
            assertThat(upload).isNotDone();

            slow.bean(GatedLog.class).open();
            assertThat(upload.join().body())
                    .isEqualTo("{\"offered\":200,\"accepted\":200,\"refused\":0,\"malformed\":[]}");
        }
    }

    @Test
    void aClosedBusStopsTheUploadWithItsCounts() {
        desk.bean(EventBus.class).close();
        HttpResponse<String> response = client.upload(DeskClient.utf8("x\n" + GOOD + "\n" + GOOD));
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).contains("5");
        JsonNode problem = DeskClient.JSON.readTree(response.body());
        assertThat(problem.get("line").asInt()).isEqualTo(2);
        assertThat(problem.get("accepted").asInt()).isZero();
        assertThat(problem.get("malformed").get(0).get("line").asInt()).isEqualTo(1);
    }

    @Test
    void aDiskThatFailsIsSaidAtOnceAndNotCalledSlow(@TempDir Path other) {
        try (Desk broken = Desk.start(
                List.of(BrokenDisk.class),
                other,
                "netbus.bus.shards=2",
                "netbus.bus.close-timeout=1s",
                "desk.ack-timeout=1h")) {
            HttpResponse<String> response = broken.client().upload(DeskClient.utf8(GOOD), "?ack=fsynced");
            assertThat(response.statusCode()).isEqualTo(503);
            JsonNode problem = DeskClient.JSON.readTree(response.body());
            assertThat(problem.get("detail").asString())
                    .isEqualTo("The disk does not take everything accepted: shard=0 failed, shard=1 failed."
                            + " The desk's log says why.");
            assertThat(problem.get("accepted").asInt()).isEqualTo(1);
        }
    }

    @Test
    void aDiskThatIsSlowIsSaidAfterTheTimeout(@TempDir Path other) {
        try (Desk slow = Desk.start(List.of(GatedLog.class), other, "netbus.bus.shards=1", "desk.ack-timeout=500ms")) {
            HttpResponse<String> response = slow.client().upload(DeskClient.utf8(GOOD), "?ack=fsynced");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("Not everything accepted is on the disk within 0.5 s.");
            slow.bean(GatedLog.class).open();
        }
    }

    private static JsonNode report(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return DeskClient.JSON.readTree(response.body());
    }

    private static byte[] bytes(String before, byte[] middle, String behind) {
        var all = new ByteArrayOutputStream();
        all.writeBytes(DeskClient.utf8(before));
        all.writeBytes(middle);
        all.writeBytes(DeskClient.utf8(behind));
        return all.toByteArray();
    }
}
