package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.bus.EventBus;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class WebhookTests {

    private static final String ISSUE =
            "{ \"action\":\"opened\",\r\n\t\"issue\":{\"id\":77,\"title\":\"Spaß\"} , \"repository\":{\"full_name\":\"a/b\"}}";

    @TempDir
    private static Path data;

    private static Desk desk;
    private static DeskClient client;

    @BeforeAll
    static void start() {
        desk = Desk.start(data, "desk.max-event-size=100KB");
        client = desk.client();
    }

    @AfterAll
    static void stop() {
        desk.close();
    }

    @Test
    void aDeliveryIsStoredWithItsBodyUnchanged() {
        HttpResponse<String> response = client.deliver("issues", "d-unchanged", ISSUE);

        assertThat(response.statusCode()).isEqualTo(202);
        JsonNode receipt = DeskClient.JSON.readTree(response.body());
        assertThat(receipt.get("duplicate").asBoolean()).isFalse();
        assertThat(storedDeliveries("d-unchanged"))
                .containsExactly("{\"event\":\"issues\",\"delivery\":\"d-unchanged\",\"payload\":" + ISSUE + "}");
    }

    @Test
    void aDeliveryThatComesAgainIsNotStoredAgain() {
        JsonNode first = DeskClient.JSON.readTree(
                client.deliver("ping", "d-again", "{\"zen\":1}").body());
        HttpResponse<String> again = client.deliver("ping", "d-again", "{\"zen\":1}");

        assertThat(again.statusCode()).isEqualTo(200);
        JsonNode receipt = DeskClient.JSON.readTree(again.body());
        assertThat(receipt.get("duplicate").asBoolean()).isTrue();
        assertThat(receipt.get("sequence")).isEqualTo(first.get("sequence"));
        assertThat(storedDeliveries("d-again")).hasSize(1);
    }

    @Test
    void headersAreEscapedAndMustBeThereOnce() {
        assertThat(client.deliver("odd\"\\event", "d-\"odd\"", "{}").statusCode())
                .isEqualTo(202);
        assertThat(storedDeliveries("d-\"odd\""))
                .containsExactly("{\"event\":\"odd\\\"\\\\event\",\"delivery\":\"d-\\\"odd\\\"\",\"payload\":{}}");

        assertThat(client.deliver("ping", "x".repeat(101), "{}").statusCode()).isEqualTo(400);
        assertThat(client.deliver("ping", "d-twice", "{}", "X-GitHub-Delivery", "other")
                        .body())
                .contains("X-GitHub-Delivery must be there once");
        assertThat(client.post("/webhooks/github", BodyPublishers.ofString("{}"), "X-GitHub-Delivery", "d-no-event")
                        .body())
                .contains("X-GitHub-Event must be there once");
    }

    @Test
    void aBodyThatIsNotJsonIsRefused() {
        for (String body :
                List.of("", " ", "{", "{}{}", "{\"a\":}", "nope", "\uFEFF{}", "{}\u0000", "[".repeat(5000))) {
            HttpResponse<String> response = client.deliver("ping", "d-bad", body);
            assertThat(response.statusCode()).as(body).isEqualTo(400);
            assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(response.body()).contains("The body is not well-formed JSON");
        }
        assertThat(client.post(
                                "/webhooks/github",
                                BodyPublishers.ofByteArray(new byte[] {'"', (byte) 0xC3, '"'}),
                                "X-GitHub-Event",
                                "ping",
                                "X-GitHub-Delivery",
                                "d-bad")
                        .body())
                .contains("The body is not UTF-8");
        assertThat(storedDeliveries("d-bad")).isEmpty();
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        HttpResponse<String> response = client.deliver("push", "d-large", "{\"a\":\"" + "x".repeat(5_000_000) + "\"}");
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("desk.max-event-size");
        assertThat(client.deliver("push", "d-large", "{\"a\":\"" + "x".repeat(100 * 1024 - 9) + "\"}")
                        .statusCode())
                .as("its envelope does not fit")
                .isEqualTo(413);
        assertThat(storedDeliveries("d-large")).isEmpty();
    }

    @Test
    void aFormIsRefusedWithTheWayOut() {
        HttpResponse<String> response = client.post(
                "/webhooks/github",
                BodyPublishers.ofString("payload=%7B%7D"),
                "Content-Type",
                "application/x-www-form-urlencoded",
                "X-GitHub-Event",
                "ping",
                "X-GitHub-Delivery",
                "d-form");
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(response.body()).contains("application/json in the webhook's settings");
    }

    @Test
    void aStoppingBusAsksToDeliverAgain(@TempDir Path other) {
        try (Desk stopping = Desk.start(other)) {
            stopping.bean(EventBus.class).close();
            HttpResponse<String> response = stopping.client().deliver("ping", "d-late", "{}");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).contains("5");
        }
    }

    private static List<String> storedDeliveries(String delivery) {
        String filter = "{\"path\":\"delivery\",\"value\":" + DeskClient.JSON.writeValueAsString(delivery) + "}";
        return client.events(100, filter).stream().map(DeskClient.Served::data).toList();
    }
}
