package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadPlacesTests {

    private static final Duration GENEROUS = Duration.ofSeconds(60);
    private static final String LINE = "{\"event\":\"ping\",\"payload\":{}}\n";

    @TempDir
    private Path data;

    private Desk desk;
    private DeskClient client;

    @BeforeEach
    void start() {
        desk = Desk.start(data, "desk.max-uploads=1");
        client = desk.client();
    }

    @AfterEach
    void stop() {
        desk.close();
    }

    @Test
    void oneUploadTooManyIsRefusedAndTheRestIsServed() throws IOException {
        try (Socket slow = socket()) {
            occupy(slow);
            for (byte[] body : new byte[][] {DeskClient.utf8(LINE), new byte[5_000_000]}) {
                HttpResponse<String> refused = client.upload(body, "?ack=fsynced");
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).contains("5");
                assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
                assertThat(refused.body()).contains("Too many uploads at once: desk.max-uploads=1.");
            }
            assertThat(client.get("/tasks").statusCode()).isEqualTo(200);
            assertThat(client.deliver("ping", "1", "{}").statusCode()).isEqualTo(202);

            slow.getOutputStream().write(DeskClient.utf8(LINE));
            assertThat(answerOf(slow)).startsWith("HTTP/1.1 200").contains("\"accepted\":2");
        }
        assertThat(client.upload(DeskClient.utf8(LINE)).body()).contains("\"accepted\":1");
    }

    @Test
    void anUploadThatBreaksOffGivesItsPlaceBack() throws IOException {
        try (Socket slow = socket()) {
            occupy(slow);
        }
        Awaitility.await()
                .atMost(GENEROUS)
                .until(() -> client.upload(DeskClient.utf8(LINE)).statusCode() == 200);
    }

    @Test
    void aRefusedSenderThatDribblesOnIsLetGo() throws IOException {
        try (Socket slow = socket();
                Socket refused = socket()) {
            occupy(slow);
            OutputStream out = refused.getOutputStream();
            out.write(head(Long.MAX_VALUE));
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> answerOf(refused));
            Awaitility.await("the connection is closed")
                    .atMost(GENEROUS)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        dribble(out);
                        return answer.isDone();
                    });
            assertThat(answer.join()).startsWith("HTTP/1.1 503");
        }
    }

    @Test
    void noUploadAtAllIsNoSetting(@TempDir Path other) {
        assertThatThrownBy(() -> Desk.start(other, "desk.max-uploads=0").close())
                .hasRootCauseMessage("desk.max-uploads is out of range: maxUploads=0, min=1");
    }

    /** Begins an upload of two lines, and returns when the desk has taken the first. */
    private void occupy(Socket socket) throws IOException {
        socket.getOutputStream().write(head(2L * LINE.length()));
        socket.getOutputStream().write(DeskClient.utf8(LINE));
        Awaitility.await()
                .atMost(GENEROUS)
                .until(() -> !client.page(1, null, null).events().isEmpty());
    }

    private Socket socket() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), desk.port());
    }

    private static byte[] head(long length) {
        return DeskClient.utf8("POST /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
                + DeskClient.NDJSON + "\r\nContent-Length: " + length + "\r\n\r\n");
    }

    private static void dribble(OutputStream out) {
        try {
            out.write('x');
        } catch (IOException e) {
            // closed, which is what is waited for
        }
    }

    private static String answerOf(Socket socket) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (IOException e) {
            // a reset behind the answer is an end as well
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
