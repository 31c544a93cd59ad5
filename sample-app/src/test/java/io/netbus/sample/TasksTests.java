package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TasksTests {

    @TempDir
    private static Path data;

    private static Desk desk;
    private static DeskClient client;

    @BeforeAll
    static void start() {
        desk = Desk.start(data);
        client = desk.client();
        client.uploadForced(List.of(Webhooks.issue("opened", 3, "Fix the Importer")));
        client.uploadForced(List.of(Webhooks.issue("opened", 1, "Write the guide")));
        client.uploadForced(List.of(Webhooks.issue("opened", 2, "IMPORT is slow")));
        client.uploadForced(List.of(Webhooks.issue("closed", 3, "Fix the Importer")));
    }

    @AfterAll
    static void stop() {
        desk.close();
    }

    @Test
    void aTaskHasItsFields() {
        JsonNode task = client.json("/tasks/3");
        assertThat(task.propertyNames()).containsExactly("id", "title", "status", "createdAt", "updatedAt");
        assertThat(task.get("id").asLong()).isEqualTo(3);
        assertThat(task.get("title").asString()).isEqualTo("Fix the Importer");
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.get("createdAt").asString()).matches(".*T.*\\.\\d{9}Z");
        assertThat(task.get("updatedAt").asString())
                .isGreaterThan(task.get("createdAt").asString());
        assertThat(client.tasks("?status=completed").get(0)).isEqualTo(task);
    }

    @Test
    void tasksAreFilteredOrderedAndLimited() {
        assertThat(ids("")).containsExactly(1, 2, 3);
        assertThat(ids("?status=pending")).containsExactly(1, 2);
        assertThat(ids("?title=import")).containsExactly(2, 3);
        assertThat(ids("?title=import&status=completed")).containsExactly(3);
        assertThat(ids("?order=id,desc")).containsExactly(3, 2, 1);
        assertThat(ids("?order=created")).containsExactly(3, 1, 2);
        assertThat(ids("?order=created,desc")).containsExactly(2, 1, 3);
        assertThat(ids("?order=updated,desc&limit=2")).containsExactly(3, 2);
        assertThat(ids("?order=updated,asc")).containsExactly(1, 2, 3);
    }

    @Test
    void aBadParameterIsNamedWithWhatIsAllowed() {
        assertBad("?status=open", "status must be pending or completed: status=open");
        assertBad("?status=PENDING", "status must be pending or completed");
        assertBad("?order=title", "order must be id, created or updated");
        assertBad("?order=id,down", "order must be");
        assertBad("?limit=0", "limit must be a whole number from 1 to 1000");
        assertBad("?title=" + "x".repeat(201), "title must be at most 200 characters");
        assertBad("/x", "id must be a whole number");
        assertBad("/99999999999999999999", "id must be a whole number");
    }

    @Test
    void anUnknownTaskIsNotFound() {
        HttpResponse<String> response = client.get("/tasks/-5");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.body()).contains("id=-5");
    }

    private static void assertBad(String query, String named) {
        HttpResponse<String> response = client.get("/tasks" + query);
        assertThat(response.statusCode()).as(query).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.body()).contains(named).hasSizeLessThan(500);
    }

    private static List<Integer> ids(String query) {
        return client.tasks(query)
                .valueStream()
                .map(task -> task.get("id").asInt())
                .toList();
    }
}
