package io.netbus.sample;

import io.netbus.bus.EventBus;
import io.netbus.bus.PublishResult;
import io.netbus.event.Durability;
import io.netbus.event.Event;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Takes GitHub's webhooks: {@code {"event":…,"delivery":…,"payload":<the body>}}, stored when answered, each delivery
 * once.
 */
@RestController
final class WebhookController {

    /** Printable ASCII; GitHub's are a word and a UUID. */
    private static final Pattern HEADER = Pattern.compile("[ -~]{1,100}");

    private static final long COPIES_OF_A_BODY = 5; // as bytes, as characters, and as the event that is stored

    private final EventBus bus;
    private final DeskProperties desk;
    private final @Nullable WebhookSignature signature;
    private final RequestMemory memory;

    WebhookController(EventBus bus, DeskProperties desk, RequestMemory memory) {
        this.bus = bus;
        this.desk = desk;
        this.memory = memory;
        this.signature = desk.webhookSecret() == null ? null : new WebhookSignature(desk.webhookSecret());
    }

    /** Where an event is stored, or was when it came before. */
    record Receipt(boolean duplicate, int shard, long sequence) {}

    @PostMapping("/webhooks/github")
    CompletionStage<ResponseEntity<Receipt>> receive(HttpServletRequest request) throws IOException {
        rejectForm(request.getContentType());
        long announced = request.getContentLengthLong();
        requireFits(announced);
        long largest = announced < 0 ? desk.maxEventBytes() : announced;
        RequestMemory.Lease room = memory.incoming().take(COPIES_OF_A_BODY * largest, desk.ackTimeout());
        try {
            return take(request);
        } finally {
            room.close();
        }
    }

    private CompletionStage<ResponseEntity<Receipt>> take(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(desk.maxEventBytes() + 1);
        requireFits(body.length);
        if (signature != null && !signature.isValid(request.getHeader("X-Hub-Signature-256"), body)) {
            throw DeskProblem.of(HttpStatus.UNAUTHORIZED, "X-Hub-Signature-256 is not the body's signature.");
        }
        Event event = event(header(request, "X-GitHub-Event"), header(request, "X-GitHub-Delivery"), body);
        return bus.publish(event, Durability.FSYNCED)
                .toCompletableFuture()
                .orTimeout(desk.ackTimeout().toNanos(), TimeUnit.NANOSECONDS)
                .thenApply(this::answer);
    }

    private Event event(String name, String delivery, byte[] body) {
        EventCheck.Result checked = new EventCheck().payload(body);
        if (checked.fault() != null) {
            throw DeskProblem.of(HttpStatus.BAD_REQUEST, "The body is " + checked.fault() + ".");
        }
        byte[] stored = splice(name, delivery, body);
        requireFits(stored.length);
        return Event.builder(stored).key(checked.key()).id(delivery).build();
    }

    private static byte[] splice(String name, String delivery, byte[] body) {
        String head = "{\"event\":\"" + escaped(name) + "\",\"delivery\":\"" + escaped(delivery) + "\",\"payload\":";
        ByteArrayOutputStream stored = new ByteArrayOutputStream(head.length() + body.length + 1);
        stored.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        stored.writeBytes(body);
        stored.write('}');
        return stored.toByteArray();
    }

    private ResponseEntity<Receipt> answer(PublishResult result) {
        return switch (result.outcome()) {
            case ACCEPTED -> ResponseEntity.accepted().body(receipt(false, result));
            case DUPLICATE -> ResponseEntity.ok(receipt(true, result));
            case TOO_LARGE -> throw tooLarge();
            case FULL, TIMED_OUT -> throw DeskProblem.unavailable("The bus is full; deliver again later.");
            case UNAVAILABLE -> throw DeskProblem.unavailable("The log cannot be written now; deliver again later.");
            case CLOSED -> throw DeskProblem.unavailable("The desk is stopping; deliver again later.");
        };
    }

    private static Receipt receipt(boolean duplicate, PublishResult result) {
        var position = result.position();
        if (position == null) {
            throw new IllegalStateException("stored without a position: outcome=" + result.outcome());
        }
        return new Receipt(duplicate, position.shard(), position.sequence());
    }

    private void requireFits(long bytes) {
        if (bytes > desk.maxEventBytes()) {
            throw tooLarge();
        }
    }

    private DeskProblem tooLarge() {
        return DeskProblem.of(
                HttpStatus.CONTENT_TOO_LARGE,
                "The event is larger than desk.max-event-size, " + desk.maxEventBytes() + " bytes.");
    }

    /** What GitHub sends unless told otherwise; its payload would be a form field. */
    private static void rejectForm(@Nullable String contentType) {
        try {
            if (contentType != null
                    && MediaType.APPLICATION_FORM_URLENCODED.includes(MediaType.parseMediaType(contentType))) {
                throw DeskProblem.of(
                        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                        "Choose the content type application/json in the webhook's settings.");
            }
        } catch (InvalidMediaTypeException e) {
            throw DeskProblem.badParameter("Content-Type", contentType, "a media type");
        }
    }

    private static String header(HttpServletRequest request, String name) {
        List<String> values = Collections.list(request.getHeaders(name));
        if (values.size() != 1 || !HEADER.matcher(values.get(0)).matches()) {
            throw DeskProblem.of(
                    HttpStatus.BAD_REQUEST, name + " must be there once, as 1 to 100 printable ASCII characters.");
        }
        return values.get(0);
    }

    private static String escaped(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsCharArray(text));
    }
}
