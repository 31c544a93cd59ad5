package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineReaderTests {

    @Test
    void linesAreThoseOfASplitHoweverTheBytesArrive() throws IOException {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int max = 1 + random.nextInt(random.nextBoolean() ? 10 : 200_000);
            StringBuilder text = new StringBuilder();
            List<String> expected = new ArrayList<>();
            int count = random.nextInt(30);
            for (int i = 0; i < count; i++) {
                String line = "y".repeat(random.nextInt(random.nextInt(10) == 0 ? 3 * max : max + 3));
                boolean isLast = i == count - 1;
                String end = isLast && random.nextBoolean() ? "" : random.nextBoolean() ? "\n" : "\r\n";
                text.append(line).append(end);
                if (!line.isEmpty() || !end.isEmpty()) {
                    expected.add((i + 1) + (line.length() > max ? " too long" : " " + line));
                }
            }
            assertThat(read(text.toString(), max, random)).as("seed=" + seed).isEqualTo(expected);
        }
    }

    @Test
    void aHundredMegabytesWithoutALineEndAreNotKept() throws IOException {
        InputStream endless = new InputStream() {
            private long left = 100_000_000;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                int read = (int) Math.min(left, length);
                left -= read;
                return read == 0 ? -1 : read;
            }
        };
        LineReader lines = new LineReader(endless, 1000);
        assertThat(lines.next()).isTrue();
        assertThat(lines.isTooLong()).isTrue();
        assertThat(lines.isBlank()).isFalse();
        assertThat(lines.buffer()).hasSize(1002);
        assertThat(lines.next()).isFalse();
    }

    private static List<String> read(String text, int max, Random random) throws IOException {
        InputStream inPieces = new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, 1 + random.nextInt(5000)));
            }
        };
        LineReader lines = new LineReader(inPieces, max);
        List<String> read = new ArrayList<>();
        while (lines.next()) {
            String line = new String(lines.buffer(), lines.offset(), lines.length(), StandardCharsets.US_ASCII);
            read.add(lines.number() + (lines.isTooLong() ? " too long" : " " + line));
        }
        return read;
    }
}
