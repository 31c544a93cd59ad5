package io.netbus.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventTests {

    @Test
    void returnsEveryPartAsItWasGiven() {
        Event event = Event.builder(utf8("{\"a\": 1}"))
                .key("orders/ü")
                .contentType("application/json")
                .id("d-1")
                .header("trace", "x")
                .header("trace", "")
                .build();

        assertThat(event.toByteArray()).isEqualTo(utf8("{\"a\": 1}"));
        assertThat(event.payload()).isEqualTo(ByteBuffer.wrap(utf8("{\"a\": 1}")));
        assertThat(event.payload().isReadOnly()).isTrue();
        assertThat(event.key()).isEqualTo("orders/ü");
        assertThat(event.contentType()).isEqualTo("application/json");
        assertThat(event.id()).isEqualTo("d-1");
        assertThat(event.headers()).containsExactly(new Header("trace", "x"), new Header("trace", ""));
        assertThat(event.header("trace")).isEqualTo("x");
        assertThat(event.header("other")).isNull();
    }

    @Test
    void anEventOfAPayloadAloneHasNothingElse() {
        Event event = Event.of(new byte[0]);

        assertThat(event.payloadBytes()).isZero();
        assertThat(event.key()).isNull();
        assertThat(event.contentType()).isNull();
        assertThat(event.id()).isNull();
        assertThat(event.headers()).isEmpty();
        assertThat(event.encodedBytes()).isEqualTo(EventLayout.BARE_HEAD_BYTES);
    }

    @Test
    void changingTheGivenBytesLaterChangesNothing() {
        byte[] payload = utf8("abc");
        Event event = Event.of(payload);
        payload[0] = 'x';

        assertThat(event.toByteArray()).isEqualTo(utf8("abc"));
    }

    @Test
    void anyCombinationOfPartsSurvivesTheEncodedForm() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] payload = new byte[random.nextInt(200)];
            random.nextBytes(payload);
            Event.Builder builder = Event.builder(payload)
                    .key(text(random))
                    .contentType(text(random))
                    .id(text(random));
            for (int h = random.nextInt(4); h > 0; h--) {
                builder.header("h" + h, "v".repeat(random.nextInt(50)));
            }
            Event event = builder.build();
            byte[] surrounded = new byte[event.encodedBytes() + 20];
            event.copyTo(surrounded, 10);
            Event read = new EventView()
                    .wrap(ByteBuffer.wrap(surrounded, 10, event.encodedBytes()))
                    .toEvent();

            assertThat(read).as("seed=%d, event=%d", seed, i).isEqualTo(event);
            assertThat(read.toByteArray()).isEqualTo(payload);
            assertThat(read.key()).isEqualTo(event.key());
            assertThat(read.headers()).isEqualTo(event.headers());
        }
    }

    @Test
    void headsWrittenInPlaceReadLikeBuiltOnes() {
        byte[] key = utf8("k-1");
        byte[] target = new byte[100];
        int payloadAt = EventLayout.putKeyedHead(target, 0, key);
        target[payloadAt] = 42;
        Event keyed =
                new EventView().wrap(ByteBuffer.wrap(target, 0, payloadAt + 1)).toEvent();
        assertThat(keyed).isEqualTo(Event.builder(new byte[] {42}).key("k-1").build());

        payloadAt = EventLayout.putBareHead(target, 0);
        target[payloadAt] = 43;
        Event bare =
                new EventView().wrap(ByteBuffer.wrap(target, 0, payloadAt + 1)).toEvent();
        assertThat(bare).isEqualTo(Event.of(new byte[] {43}));
    }

    @Test
    void textsBeyondTheLimitAreRefused() {
        String tooLong = "k".repeat(EventLayout.MAX_TEXT_BYTES + 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Event.builder(new byte[0]).key(tooLong).build())
                .withMessageContaining("key is too long")
                .withMessageContaining("max=65535");
    }

    @Test
    void bytesThatAreNoEventAreRefusedWhereverTheyEnd() {
        Event event = Event.builder(utf8("p"))
                .key("key")
                .id("id")
                .header("name", "value")
                .build();
        byte[] encoded = new byte[event.encodedBytes()];
        event.copyTo(encoded, 0);
        for (int length = 0; length < encoded.length - 1; length++) {
            ByteBuffer cut = ByteBuffer.wrap(encoded, 0, length).slice();
            assertThatThrownBy(() -> new EventView().wrap(cut)).isInstanceOf(MalformedEventException.class);
        }
        ByteBuffer newer = ByteBuffer.wrap(new byte[] {0x20});
        assertThatThrownBy(() -> new EventView().wrap(newer))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("format=2")
                .hasMessageContaining("known=1");
    }

    @Test
    void aBatchHandsOutItsEventsInOrder() {
        ByteBuffer encoded = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 10; i++) {
            Event event = Event.builder(utf8("payload-" + i)).key("k" + i).build();
            byte[] bytes = new byte[event.encodedBytes()];
            event.copyTo(bytes, 0);
            encoded.putInt(bytes.length).put(bytes);
        }
        List<String> seen = new ArrayList<>();
        new EventBatch(encoded.flip(), 10, 1L)
                .forEach(view -> seen.add(view.key() + "=" + StandardCharsets.UTF_8.decode(view.payload())));

        assertThat(seen).hasSize(10).startsWith("k0=payload-0").endsWith("k9=payload-9");
    }

    @Test
    void theDocumentedExampleReadsAsItSays() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "format", "event.md"));
        Matcher dump = Pattern.compile("```\n([0-9a-f ]+)\n```").matcher(page);
        assertThat(dump.find()).isTrue();
        byte[] documented = HexFormat.ofDelimiter(" ").parseHex(dump.group(1));
        Event event = Event.builder(utf8("hi")).key("k").id("7").build();
        byte[] encoded = new byte[event.encodedBytes()];
        event.copyTo(encoded, 0);

        assertThat(encoded).isEqualTo(documented);
        assertThat(new EventView().wrap(ByteBuffer.wrap(documented)).toEvent()).isEqualTo(event);
    }

    private static @Nullable String text(Random random) {
        return random.nextBoolean() ? null : "t" + "é".repeat(random.nextInt(20));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
