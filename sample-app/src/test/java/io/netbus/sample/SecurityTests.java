package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.redex.Redex;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.util.unit.DataSize;

/** One test per line of the threat model in {@code SECURITY.md}, by the line's number. */
@ExtendWith(OutputCaptureExtension.class)
class SecurityTests {

    private static final String SECRET = "It's a Secret to Everybody";
    private static final String HOST = "Host: localhost";

    @TempDir
    private static Path data;

    private static Desk desk;
    private static DeskClient client;

    @BeforeAll
    static void start() {
        desk = Desk.start(
                data.resolve("netbus"), "desk.webhook-secret=" + SECRET, "desk.allowed-hosts=desk.example.org");
        client = desk.client();
    }

    @AfterAll
    static void stop() {
        desk.close();
    }

    @Test
    void s1LoopbackByDefault() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), desk.port())) {
            assertThat(socket.isConnected()).isTrue();
        }
        List<InetAddress> others = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .toList();
        for (InetAddress address : others) {
            try (Socket socket = new Socket()) {
                assertThatThrownBy(() -> socket.connect(new InetSocketAddress(address, desk.port()), 5_000))
                        .as(address.toString())
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void s2RefusesToStartBeyondLoopbackWithoutASecret(@TempDir Path other, CapturedOutput output) {
        for (String open : List.of("server.address=0.0.0.0", "server.address=192.0.2.1", "server.address=")) {
            assertThatThrownBy(() -> Desk.start(other.resolve("netbus"), open, "desk.webhook-secret= "))
                    .as(open)
                    .hasRootCauseInstanceOf(UnprotectedDeskException.class);
            assertThat(output)
                    .contains("APPLICATION FAILED TO START")
                    .contains("Description:", "beyond this machine without a webhook secret")
                    .contains("Action:", "Set desk.webhook-secret");
        }
        ServerProperties everywhere = new ServerProperties();
        assertThatCode(() -> new ExposureGuard(properties(SECRET), everywhere)
                        .customize(new TomcatServletWebServerFactory()))
                .doesNotThrowAnyException();
    }

    @Test
    void s3OnlySignedWebhooksAreTaken() {
        WebhookSignature signature = new WebhookSignature(SECRET);
        String known = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assertThat(signature.of("Hello, World!".getBytes(StandardCharsets.UTF_8)))
                .as("the example of GitHub's documentation")
                .isEqualTo(known);

        String body = "{\"zen\":\"ü\"}";
        String valid = signature.of(body.getBytes(StandardCharsets.UTF_8));
        for (String wrong : List.of(
                known,
                valid.substring(0, 70),
                valid + "0",
                valid.substring(7),
                "sha1=" + valid.substring(7),
                "",
                "x")) {
            assertThat(client.deliver("ping", "s3", body, "X-Hub-Signature-256", wrong)
                            .statusCode())
                    .as(wrong)
                    .isEqualTo(401);
        }
        assertThat(client.deliver("ping", "s3", body).statusCode()).isEqualTo(401);
        assertThat(client.deliver("ping", "s3", body + " ", "X-Hub-Signature-256", valid)
                        .statusCode())
                .isEqualTo(401);
        assertThat(client.deliver("ping", "s3", body, "X-Hub-Signature-256", valid)
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void s4NoResponseCanActAsCode() {
        client.uploadForced(List.of(Webhooks.issue("opened", 666, "<script>alert(1)</script>")));
        for (String path :
                List.of("/", "/app.js", "/events", "/tasks", "/nowhere", "/events?limit=x", "/actuator/health")) {
            HttpResponse<String> response = client.get(path);
            assertThat(response.headers().firstValue("Content-Security-Policy"))
                    .as(path)
                    .contains("default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
            assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(response.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        }
        assertThat(client.get("/events").headers().firstValue("Content-Type")).contains("application/json");
        assertThat(client.get("/").body())
                .doesNotContainPattern("(?i)<script(?![^>]*\\bsrc=)")
                .doesNotContainPattern("(?i)\\son[a-z]+\\s*=")
                .doesNotContainPattern("(?i)<style|\\sstyle\\s*=");
    }

    @Test
    void s5OtherSitesCannotUseAVisitorsBrowser() {
        String here = "http://127.0.0.1:" + desk.port();
        assertThat(upload("Origin", here, "Sec-Fetch-Site", "same-origin")).isEqualTo(200);
        assertThat(upload()).as("a program").isEqualTo(200);
        assertThat(upload("Origin", "http://evil.example")).isEqualTo(403);
        assertThat(upload("Origin", "null")).isEqualTo(403);
        assertThat(upload("Origin", here + ".evil.example")).isEqualTo(403);
        assertThat(upload("Origin", "http://localhost:" + desk.port()))
                .as("another name")
                .isEqualTo(403);
        assertThat(upload("Origin", "http://127.0.0.1:1")).as("another port").isEqualTo(403);
        assertThat(upload("Sec-Fetch-Site", "cross-site")).isEqualTo(403);
        assertThat(upload("Sec-Fetch-Site", "same-origin")).as("without Origin").isEqualTo(403);

        // A site that points its own name at this machine.
        assertThat(rawPost("evil.example:80", "Origin: http://evil.example:80")).startsWith("HTTP/1.1 403");
        assertThat(rawPost("desk.example.org", "Origin: https://desk.example.org"))
                .startsWith("HTTP/1.1 200");
        assertThat(rawPost("LOCALHOST:8080", "Origin: http://localhost:8080")).startsWith("HTTP/1.1 200");
        assertThat(rawPost("[::1]:8080", "Origin: http://[::1]:8080")).startsWith("HTTP/1.1 200");
        assertThat(rawPost("tunnel.example")).as("a program").startsWith("HTTP/1.1 200");
        assertThat(client.raw("GET /tasks HTTP/1.1", "Host: evil.example"))
                .startsWith("HTTP/1.1 403")
                .contains("application/problem+json", "desk.allowed-hosts");
        assertThat(client.raw("GET /tasks HTTP/1.1", "Host: desk.example.org:8443"))
                .startsWith("HTTP/1.1 200");
        assertThat(client.raw("GET /tasks HTTP/1.1", "Host: 192.0.2.1")).startsWith("HTTP/1.1 200");
        assertThat(client.raw("GET /tasks HTTP/1.1", "Host: 127.0.0.1.evil.example"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void s6FilesAreTheOwnersAlone() throws IOException {
        client.uploadForced(List.of(Webhooks.issue("opened", 1, "a")));
        try (Stream<Path> paths = Files.walk(data.resolve("netbus"))) {
            List<Path> all = paths.toList();
            assertThat(all).hasSizeGreaterThan(3);
            for (Path path : all) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .as(path.toString())
                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
            }
        }
    }

    @Test
    void s7EveryInputHasABound() {
        String mebibyte = "x".repeat(1 << 20);
        String payload = "{\"a\":\"" + mebibyte + "\"}";
        String signed = new WebhookSignature(SECRET).of(payload.getBytes(StandardCharsets.UTF_8));
        assertThat(client.deliver("ping", "s7", payload, "X-Hub-Signature-256", signed)
                        .statusCode())
                .as("webhook")
                .isEqualTo(413);
        assertThat(client.upload(DeskClient.utf8("{\"event\":\"ping\",\"payload\":" + payload + "}"))
                        .body())
                .as("line")
                .contains("too large");
        String deep = "{\"event\":\"ping\",\"payload\":{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}}";
        assertThat(client.upload(DeskClient.utf8(deep)).body()).as("depth").contains("\"accepted\":0");
        assertThat(client.get("/events?limit=1001").statusCode()).as("limit").isEqualTo(400);
        assertThat(client.get("/tasks?limit=1001").statusCode()).as("limit").isEqualTo(400);
        assertThat(client.get("/tasks?title=" + "x".repeat(201)).statusCode())
                .as("title")
                .isEqualTo(400);
        assertThat(client.get("/events?cursor=" + "x".repeat(10_000)).statusCode())
                .as("cursor")
                .isEqualTo(400);
        assertThat(client.get("/events?filter=" + "x".repeat(10_000)).statusCode())
                .as("filter")
                .isEqualTo(400);
        assertThat(client.raw("GET /tasks HTTP/1.1", HOST, "X: " + "x".repeat(17_000)))
                .as("headers")
                .startsWith("HTTP/1.1 400");
        assertThat(client.deliver("e".repeat(101), "s7", "{}").statusCode())
                .as("event name; refused before or after its signature")
                .isIn(400, 401);
    }

    @Test
    void s8SecretsStayInside(CapturedOutput output) {
        client.deliver("ping", "s8", "{}", "X-Hub-Signature-256", "sha256=00");
        client.get("/events?cursor=" + DeskClient.encoded(SECRET));
        for (String path : List.of("env", "configprops", "beans", "heapdump", "loggers", "threaddump", "mappings")) {
            assertThat(client.get("/actuator/" + path).statusCode()).as(path).isEqualTo(404);
        }
        for (String path : List.of("", "/health", "/info", "/netbus", "/prometheus")) {
            HttpResponse<String> response = client.get("/actuator" + path);
            assertThat(response.statusCode()).as(path).isEqualTo(200);
            assertThat(response.body()).doesNotContain(SECRET);
        }
        assertThat(client.get("/actuator/health").body()).doesNotContain(data.toString());
        assertThat(desk.bean(DeskProperties.class).toString()).doesNotContain(SECRET);
        assertThat(output.getAll()).doesNotContain(SECRET);
    }

    @Test
    void s9ASecondProcessIsRefused(CapturedOutput output) {
        assertThatThrownBy(() -> Desk.start(data.resolve("netbus"), "netbus.log.lock-wait=10ms"))
                .isInstanceOf(RuntimeException.class);
        assertThat(output).contains("APPLICATION FAILED TO START").contains("Action:");
        assertThat(client.get("/tasks").statusCode()).isEqualTo(200);
    }

    @Test
    void s10ErrorsTellNothingOfTheInside(@TempDir Path other) {
        try (Desk broken = Desk.start(other.resolve("netbus"))) {
            broken.client().uploadForced(List.of(Webhooks.issue("opened", 1, "a")));
            broken.bean(Redex.class).close();
            Set<Integer> statuses = new HashSet<>();
            for (HttpResponse<String> response : List.of(
                    broken.client().get("/events"),
                    broken.client().deliver("ping", "s10", "{}"),
                    broken.client().upload(DeskClient.utf8(Webhooks.issue("opened", 2, "b")), "?ack=fsynced"),
                    broken.client().get("/tasks/x"))) {
                statuses.add(response.statusCode());
                assertThat(response.statusCode()).isGreaterThanOrEqualTo(400);
                assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
                assertThat(response.body())
                        .doesNotContain("Exception", "io.netbus", "org.spring", "\tat ", other.toString());
            }
            assertThat(statuses).contains(400).hasSizeGreaterThan(1);
        }
    }

    @Test
    void s11ADeliveryCannotBeReplayed() {
        String body = "{\"replayed\":true}";
        String valid = new WebhookSignature(SECRET).of(body.getBytes(StandardCharsets.UTF_8));
        assertThat(client.deliver("ping", "s11", body, "X-Hub-Signature-256", valid)
                        .statusCode())
                .isEqualTo(202);
        assertThat(client.deliver("ping", "s11", body, "X-Hub-Signature-256", valid)
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.events(100, "{\"path\":\"payload.replayed\",\"value\":true}"))
                .hasSize(1);
    }

    @Test
    void everyLineOfTheThreatModelHasItsTest() throws IOException {
        Pattern line = Pattern.compile("\\*\\*S(\\d+)\\b");
        Set<String> lines = line.matcher(Files.readString(Path.of("..", "SECURITY.md")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        Set<String> tests = Stream.of(SecurityTests.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> Pattern.compile("s(\\d+)[A-Z].*").matcher(method.getName()))
                .filter(Matcher::matches)
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        assertThat(tests).isNotEmpty().isEqualTo(lines);
    }

    private static DeskProperties properties(String secret) {
        return new DeskProperties(
                secret, Set.of(), DataSize.ofMegabytes(1), Duration.ofSeconds(60), Duration.ofSeconds(30), 32);
    }

    private static int upload(String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", DeskClient.NDJSON));
        all.addAll(List.of(headers));
        return client.post("/events", BodyPublishers.ofString(""), all.toArray(String[]::new))
                .statusCode();
    }

    private static String rawPost(String host, String... headers) {
        List<String> all =
                new ArrayList<>(List.of("Host: " + host, "Content-Type: " + DeskClient.NDJSON, "Content-Length: 0"));
        all.addAll(List.of(headers));
        return client.raw("POST /events HTTP/1.1", all.toArray(String[]::new));
    }
}
