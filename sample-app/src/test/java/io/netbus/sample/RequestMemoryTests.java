package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestMemoryTests {

    private static final String SMALL = "{\"event\":\"ping\",\"payload\":{}}\n";
    private static final String LONG = "{\"event\":\"ping\",\"payload\":{\"a\":\"" + "x".repeat(100_000) + "\"}}\n";

    @Test
    void memoryIsSharedAndComesBack() {
        RequestMemory.Room room = new RequestMemory.Room(1 << 20);
        RequestMemory.Lease half = room.take(1 << 19, Duration.ZERO);
        assertThatThrownBy(() -> room.take(1 << 20, Duration.ZERO)).isInstanceOf(DeskProblem.class);
        assertThatCode(() -> room.take(1 << 18, Duration.ZERO).close()).doesNotThrowAnyException();
        half.close();
        room.take(Long.MAX_VALUE, Duration.ZERO).close();
        room.take(Long.MAX_VALUE, Duration.ZERO).close();
    }

    @Test
    void whatFindsNoRoomIsRefusedAndTheRestIsServed(@TempDir Path data) {
        try (Desk desk = Desk.start(data, "desk.ack-timeout=1s", "desk.upload-stall-limit=1s")) {
            DeskClient client = desk.client();
            RequestMemory memory = desk.bean(RequestMemory.class);
            RequestMemory.Lease allIn = memory.incoming().take(Long.MAX_VALUE, Duration.ZERO);
            assertThat(client.deliver("ping", "1", "{}").statusCode())
                    .as("webhook")
                    .isEqualTo(503);
            HttpResponse<String> upload = client.upload(DeskClient.utf8(SMALL + LONG));
            assertThat(upload.statusCode()).as("upload of a long line").isEqualTo(503);
            assertThat(upload.body()).contains("\"accepted\":1", "Too many large requests");
            assertThat(client.upload(DeskClient.utf8(SMALL.repeat(10_000))).body())
                    .as("upload of short lines")
                    .contains("\"accepted\":10000");
            assertThat(client.get("/events").statusCode()).as("page").isEqualTo(200);
            allIn.close();

            RequestMemory.Lease allOut = memory.outgoing().take(Long.MAX_VALUE, Duration.ZERO);
            assertThat(client.get("/events").statusCode()).as("page").isEqualTo(503);
            assertThat(client.get("/tasks").statusCode()).isEqualTo(200);
            assertThat(client.deliver("ping", "1", "{}").statusCode())
                    .as("webhook")
                    .isEqualTo(202);
            allOut.close();

            assertThat(client.upload(DeskClient.utf8(LONG.repeat(3))).body()).contains("\"accepted\":3");
            assertThat(client.get("/events").statusCode()).isEqualTo(200);
            memory.incoming().take(Long.MAX_VALUE, Duration.ZERO).close();
            memory.outgoing().take(Long.MAX_VALUE, Duration.ZERO).close();
        }
    }

    @Test
    void aBodyThatAnnouncesTooMuchIsNotRead(@TempDir Path data) {
        try (Desk desk = Desk.start(data)) {
            String answer = desk.client()
                    .raw(
                            "POST /webhooks/github HTTP/1.1",
                            "Host: localhost",
                            "X-GitHub-Event: ping",
                            "X-GitHub-Delivery: 1",
                            "Content-Length: 9000000000");
            assertThat(answer).startsWith("HTTP/1.1 413");
        }
    }
}
