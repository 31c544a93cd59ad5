package io.netbus.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.consume.InvalidCursorException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CursorTests {

    private static final long ORDERS = Cursor.fingerprint("orders");

    @Test
    void textOfARandomCursorIsReadBack() {
        for (long seed = 0; seed < 2_000; seed++) {
            Cursor cursor = random(new Random(seed));
            Cursor back = Cursor.parse(cursor.toString());
            assertThat(back).as("seed=" + seed).isEqualTo(cursor).hasSameHashCodeAs(cursor);
            assertThat(back.toString()).as("seed=" + seed).isEqualTo(cursor.toString());
            assertThat(back.turn()).as("seed=" + seed).isEqualTo(cursor.turn());
        }
    }

    @Test
    void textIsSafeInUrls() {
        for (long seed = 0; seed < 500; seed++) {
            assertThat(random(new Random(seed)).toString()).as("seed=" + seed).matches("[A-Za-z0-9_-]+");
        }
    }

    @Test
    void everyFlippedBitOfATextIsRefused() {
        for (long seed = 0; seed < 60; seed++) {
            String text = random(new Random(seed)).toString();
            for (int i = 0; i < text.length(); i++) {
                for (int bit = 0; bit < Character.SIZE; bit++) {
                    char[] flipped = text.toCharArray();
                    flipped[i] ^= (char) (1 << bit);
                    String damaged = new String(flipped);
                    assertThatThrownBy(() -> Cursor.parse(damaged))
                            .as("seed=%d, index=%d, bit=%d", seed, i, bit)
                            .isInstanceOf(InvalidCursorException.class);
                }
            }
        }
    }

    @Test
    void everyCutTextIsRefused() {
        String text = cursor(3, 1, 17).toString();
        for (int length = 0; length < text.length(); length++) {
            String cut = text.substring(0, length);
            assertMalformed(() -> Cursor.parse(cut));
        }
    }

    @Test
    void hostileTextsAreRefusedWithAShortMessage() {
        String longText = "A".repeat(1 << 20);
        assertMalformed(() -> Cursor.parse("")).hasMessageContaining("empty");
        assertMalformed(() -> Cursor.parse(longText)).hasMessageContaining("chars=1048576, max=65536");
        assertMalformed(() -> Cursor.parse("no base64!\n\u0000")).hasMessageContaining("base64url");
        assertMalformed(() -> Cursor.parse("AAAA")).hasMessageContaining("cut short");
        assertMalformed(() -> Cursor.parse("A".repeat(60_000))).hasMessageContaining("not a cursor");
        assertMalformed(() -> Cursor.parse("{\"0\":\"12\"}"));
        assertMalformed(() -> Cursor.parse(cursor(0, 0, 5) + "="));
        assertThatThrownBy(() -> Cursor.parse(longText))
                .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(160));
    }

    @Test
    void aNewerFormatIsRefusedNamingBoth() {
        byte[] bytes = bytes(cursor(0, 0, 5));
        bytes[CursorLayout.VERSION_OFFSET] = 2;
        assertMalformed(() -> Cursor.parse(text(bytes))).hasMessageContaining("version=2, known=1");
        assertMalformed(() -> Cursor.parse(text(sealed(bytes)))).hasMessageContaining("version=2, known=1");
    }

    @Test
    void wellSealedNonsenseIsRefused() {
        byte[] head = Arrays.copyOf(bytes(Cursor.start(ORDERS)), CursorLayout.TURN_OFFSET);
        assertMalformed(() -> Cursor.parse(text(sealed(head, 0, 0x7F)))).hasMessageContaining("out of range");
        assertMalformed(() -> Cursor.parse(text(sealed(head, 0, 1, 0, 0)))).hasMessageContaining("out of range");
        assertMalformed(() -> Cursor.parse(text(sealed(head, 0, 1, 0, 0, 0)))).hasMessageContaining("in order");
        assertMalformed(() -> Cursor.parse(text(sealed(head, 0, 2, 4, 0, 1, 4, 0, 1))))
                .hasMessageContaining("in order");
        assertMalformed(() -> Cursor.parse(text(sealed(head, 0, 0, 9)))).hasMessageContaining("too many");
        assertMalformed(() -> Cursor.parse(text(sealed(head, 0x80, 0, 0)))).hasMessageContaining("shortest form");
        int[] unending = new int[12];
        Arrays.fill(unending, 0xFF);
        assertMalformed(() -> Cursor.parse(text(sealed(head, unending)))).hasMessageContaining("out of range");
        byte[] otherOrder = head.clone();
        otherOrder[CursorLayout.ORDER_OFFSET] = 1;
        assertMalformed(() -> Cursor.parse(text(sealed(otherOrder, 0, 0)))).hasMessageContaining("order=1");
    }

    @Test
    void aShardAtItsStartIsNotNamed() {
        Cursor cursor = Cursor.of(ORDERS, 0, new int[] {0, 1, 2}, new int[] {4, 5, 6}, new long[] {0, 7, 0});
        assertThat(cursor).isEqualTo(cursor(1, 5, 7));
        assertThat(Cursor.of(ORDERS, 0, new int[] {0}, new int[] {3}, new long[] {0}))
                .isEqualTo(Cursor.start(ORDERS));
    }

    @Test
    void equalityIsThePlaceNotTheTurn() {
        Cursor one = Cursor.of(ORDERS, 1, new int[] {0}, new int[] {0}, new long[] {9});
        Cursor two = Cursor.of(ORDERS, 2, new int[] {0}, new int[] {0}, new long[] {9});
        assertThat(one).isEqualTo(two).hasSameHashCodeAs(two);
        assertThat(one.toString()).isNotEqualTo(two.toString());
        assertThat(one)
                .isNotEqualTo(cursor(0, 0, 8))
                .isNotEqualTo(cursor(0, 1, 9))
                .isNotEqualTo(cursor(1, 0, 9));
        assertThat(one)
                .isNotEqualTo(Cursor.of(Cursor.fingerprint("other"), 1, new int[] {0}, new int[] {0}, new long[] {9}));
    }

    @Test
    void distanceCountsTheEventsBetweenTwoPlaces() {
        Cursor here = Cursor.of(ORDERS, 0, new int[] {0, 3}, new int[] {0, 0}, new long[] {5, 8});
        assertThat(here.distanceFrom(null)).isEqualTo(13);
        assertThat(here.distanceFrom(Cursor.start(ORDERS))).isEqualTo(13);
        assertThat(here.distanceFrom(here)).isZero();
        assertThat(here.distanceFrom(cursor(3, 0, 6))).isEqualTo(7);
        assertThat(here.distanceFrom(cursor(3, 0, 100))).isEqualTo(5);
        assertThat(Cursor.start(ORDERS).distanceFrom(here)).isZero();
        assertThatThrownBy(() -> here.distanceFrom(Cursor.start(Cursor.fingerprint("other"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCursorOfThousandTwentyFourShardsAtTheirLargestIsReadBack() {
        int[] shards = new int[1_024];
        int[] epochs = new int[shards.length];
        long[] next = new long[shards.length];
        for (int i = 0; i < shards.length; i++) {
            shards[i] = Integer.MAX_VALUE - shards.length + i;
            epochs[i] = Integer.MAX_VALUE;
            next[i] = Long.MAX_VALUE;
        }
        Cursor cursor = Cursor.of(ORDERS, Integer.MAX_VALUE, shards, epochs, next);
        assertThat(Cursor.parse(cursor.toString())).isEqualTo(cursor);
    }

    @Test
    void theExampleInTheFormatsPageIsReadBack() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "format", "cursor.md"));
        String text = only(page, "Text: `([^`]+)`");
        StringBuilder hex = new StringBuilder();
        Matcher rows = Pattern.compile("(?m)^[0-9a-f]{8}  ((?:[0-9a-f]{2} ?)+)").matcher(page);
        while (rows.find()) {
            hex.append(rows.group(1).replace(" ", ""));
        }
        assertThat(HexFormat.of().parseHex(hex))
                .isEqualTo(Base64.getUrlDecoder().decode(text));

        Cursor cursor = Cursor.parse(text);
        assertThat(cursor)
                .isEqualTo(Cursor.of(ORDERS, 1, new int[] {0, 1, 7}, new int[] {0, 2, 0}, new long[] {300, 5, 1}));
        assertThat(cursor.turn()).isEqualTo(1);
        assertThat(cursor.toString()).isEqualTo(text);
    }

    private static Cursor cursor(int shard, int epoch, long next) {
        return Cursor.of(ORDERS, 0, new int[] {shard}, new int[] {epoch}, new long[] {next});
    }

    private static Cursor random(Random random) {
        int[] shards = random.ints(random.nextInt(20), 0, 1 << (1 + random.nextInt(30)))
                .distinct()
                .sorted()
                .toArray();
        int[] epochs = Arrays.stream(shards).map(shard -> random.nextInt(4)).toArray();
        long[] next = Arrays.stream(shards)
                .mapToLong(shard -> random.nextLong() >>> (1 + random.nextInt(63)))
                .toArray();
        return Cursor.of(random.nextLong(), random.nextInt(1 << 16), shards, epochs, next);
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertMalformed(ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        InvalidCursorException.class,
                        thrown -> assertThat(thrown.reason()).isEqualTo(Reason.MALFORMED))
                .hasNoCause();
    }

    private static byte[] bytes(Cursor cursor) {
        return Base64.getUrlDecoder().decode(cursor.toString());
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** With its checksum made right. */
    private static byte[] sealed(byte[] bytes) {
        return sealed(Arrays.copyOf(bytes, bytes.length - CursorLayout.CRC_BYTES), new int[0]);
    }

    private static byte[] sealed(byte[] head, int... tail) {
        ByteBuffer out = ByteBuffer.allocate(head.length + tail.length + CursorLayout.CRC_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.put(head);
        for (int b : tail) {
            out.put((byte) b);
        }
        CRC32C crc = new CRC32C();
        crc.update(out.array(), 0, out.position());
        return out.putInt((int) crc.getValue()).array();
    }

    private static String only(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }
}
