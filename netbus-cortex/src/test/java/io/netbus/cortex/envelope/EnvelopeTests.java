package io.netbus.cortex.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EnvelopeTests {

    private static final Path FORMAT = Path.of("..", "docs", "format", "envelope.md");

    private static final ModelEvent EVENT = new ModelEvent("task.created", 1, utf8("{\"id\":42,\"title\":\"Grüße\"}"));
    private static final SourcePosition POSITION = new SourcePosition("github-issues", "TkMBAA");

    @Test
    void theDumpsOfTheFormatPageAreRead() throws IOException {
        List<byte[]> dumps = dumps();

        assertThat(dumps).hasSize(2);
        assertThat(decode(dumps.get(0))).isEqualTo(EVENT);
        assertThat(decode(dumps.get(1))).isEqualTo(POSITION);
    }

    @Test
    void theDumpsOfTheFormatPageAreWritten() throws IOException {
        assertThat(EVENT.encode()).containsExactly(dumps().get(0));
        assertThat(POSITION.encode()).containsExactly(dumps().get(1));
    }

    @Test
    void everyFieldComesBackAtItsLimits() {
        List<Envelope> envelopes = List.of(
                new ModelEvent("a", 1, new byte[0]),
                new ModelEvent("z".repeat(ModelEvent.MAX_TYPE_CHARS), ModelEvent.MAX_SCHEMA_VERSION, new byte[100_000]),
                new SourcePosition("0", ""),
                new SourcePosition("_-.".repeat(33), "ü".repeat(5_000)));

        assertThat(envelopes)
                .allSatisfy(each -> assertThat(decode(each.encode())).isEqualTo(each));
    }

    @Test
    void aRecordIsReadFromItsPositionAndLeftAsItWas() {
        byte[] bytes = EVENT.encode();
        ByteBuffer record = ByteBuffer.allocate(bytes.length + 20).position(7);
        record.put(bytes).flip().position(7);

        assertThat(Envelope.decode(record.asReadOnlyBuffer())).isEqualTo(EVENT);
        assertThat(record.position()).isEqualTo(7);
    }

    @Test
    void anotherFormatIsRefusedNamingBoth() {
        byte[] bytes = EVENT.encode();
        bytes[EnvelopeLayout.FORMAT_OFFSET] = 2;

        assertThatThrownBy(() -> decode(bytes))
                .isInstanceOf(UnknownFormatException.class)
                .hasMessageContaining("format=2")
                .hasMessageContaining("known=1");
    }

    @Test
    void theSpareByteIsNotLookedAt() {
        byte[] bytes = EVENT.encode();
        assertThat(bytes[EnvelopeLayout.KIND_OFFSET + 1]).isZero();
        bytes[EnvelopeLayout.KIND_OFFSET + 1] = (byte) 0xFF;

        assertThat(decode(bytes)).isEqualTo(EVENT);
    }

    @Test
    void whatIsCutWithinHeadOrNameIsRefused() {
        byte[] bytes = EVENT.encode();
        int nameEnd = EnvelopeLayout.NAME_OFFSET + EVENT.type().length();
        for (int length = 0; length < nameEnd; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> decode(cut)).isInstanceOf(MalformedEnvelopeException.class);
        }
    }

    @Test
    void anUnknownKindIsRefused() {
        byte[] bytes = EVENT.encode();
        bytes[EnvelopeLayout.KIND_OFFSET] = 9;

        assertThatThrownBy(() -> decode(bytes))
                .isInstanceOf(MalformedEnvelopeException.class)
                .hasMessageContaining("kind=9");
    }

    @Test
    void changedBytesAreReadOrRefusedButNeverAnythingElse() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random.nextBoolean() ? EVENT.encode() : POSITION.encode();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(Math.min(bytes.length, 16))] = (byte) random.nextInt();
            }
            byte[] changed = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            try {
                assertThat(decode(changed).encode()).as("seed=%d", seed).isNotEmpty();
            } catch (MalformedEnvelopeException | UnknownFormatException e) {
                assertThat(e.getMessage()).as("seed=%d", seed).hasSizeLessThan(500);
            }
        }
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        for (String name : List.of("", "Task", "io/netbus", "a b", "ü", "a".repeat(201))) {
            assertThatThrownBy(() -> new ModelEvent(name, 1, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a-z 0-9");
            assertThatThrownBy(() -> new SourcePosition(name, "")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new ModelEvent("a", 0, new byte[0])).hasMessageContaining("schemaVersion=0");
        assertThatThrownBy(() -> new ModelEvent("a", 65_536, new byte[0])).hasMessageContaining("max=65535");
    }

    private static Envelope decode(byte[] bytes) {
        return Envelope.decode(ByteBuffer.wrap(bytes));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The hex dumps between fences, in order; a line is an offset, up to 16 bytes, and what they read as. */
    private static List<byte[]> dumps() throws IOException {
        List<byte[]> dumps = new ArrayList<>();
        StringBuilder hex = new StringBuilder();
        for (String line : Files.readAllLines(FORMAT)) {
            if (line.matches("[0-9a-f]{4} {2}.*")) {
                hex.append(line, 6, Math.min(line.length(), 6 + 48)).append(' ');
            } else if (!hex.isEmpty()) {
                dumps.add(HexFormat.of().parseHex(hex.toString().replace(" ", "")));
                hex.setLength(0);
            }
        }
        return dumps;
    }
}
