package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTests {

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
    void anEmptyLogHasAStartToReadOnFrom() {
        DeskClient.Page first = client.page(10, null, null);
        assertThat(first.events()).isEmpty();
        assertThat(client.page(10, first.next(), null)).isEqualTo(first);

        String line = Webhooks.issue("opened", 1, "late");
        client.uploadForced(List.of(line));
        assertThat(client.page(10, first.next(), null).events())
                .extracting(DeskClient.Served::data)
                .containsExactly(line);
    }

    @Test
    void anEmptyPageWithNextUnchangedIsTheEnd() {
        client.uploadForced(new Webhooks(1).lines(50));
        for (int limit : List.of(1, 7, 50, 1000)) {
            assertThat(client.events(limit, null)).hasSize(50).doesNotHaveDuplicates();
        }
        String end = client.page(1000, null, null).next();
        HttpResponse<String> response = client.get("/events?cursor=" + end);
        assertThat(response.body()).isEqualTo("{\"events\":[],\"next\":\"" + end + "\"}");
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    }

    @Test
    void timestampsAreUtcToTheNanosecond() {
        Instant before = Instant.now().minusSeconds(60);
        client.uploadForced(new Webhooks(2).lines(10));
        assertThat(client.events(10, null)).hasSize(10).allSatisfy(event -> {
            assertThat(event.timestamp()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z");
            assertThat(Instant.parse(event.timestamp())).isBetween(before, before.plusSeconds(600));
        });
    }

    @Test
    void aFilterReturnsWhatMatches() {
        client.uploadForced(List.of(
                Webhooks.issue("opened", 1, "a"), Webhooks.issue("closed", 1, "a"), Webhooks.issue("opened", 2, "b")));
        String closed = "{\"path\":\"payload.action\",\"value\":\"closed\"}";
        assertThat(client.events(1, closed)).hasSize(1);
        assertThat(client.events(1, "{\"$not\":" + closed + "}")).hasSize(2);
        assertThat(client.events(1, "{\"path\":\"payload.issue.id\",\"value\":2.0}"))
                .hasSize(1);
    }

    @Test
    void aBadParameterIsNamed() {
        assertBad("limit=0", "limit must be a whole number from 1 to 1000");
        assertBad("limit=1001", "limit=1001");
        assertBad("limit=x", "limit=x");
        assertBad("limit=", "limit must be");
        assertBad("limit=99999999999", "limit must be");
        assertBad("cursor=", "cursor");
        assertBad("cursor=abc", "cursor");
        assertBad("cursor=" + "A".repeat(2000), "cursor");
        assertBad("cursor=%00%0d%0a", "cursor");
        assertBad("cursor=../../etc/passwd", "cursor");
        assertBad("filter=", "filter");
        assertBad("filter=%7B", "filter");
        assertBad("filter=%7B%22%24where%22%3A1%7D", "$where");
        assertBad("filter=" + "[".repeat(3000), "");
        assertThat(client.raw("GET /events?cursor=%zz HTTP/1.1", "Host: localhost"))
                .startsWith("HTTP/1.1 400")
                .contains("query string");
    }

    private void assertBad(String query, String named) {
        HttpResponse<String> response = client.get("/events?" + query.replace("[", "%5B"));
        assertThat(response.statusCode()).as(query).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.body()).contains(named).hasSizeLessThan(1000);
    }
}
