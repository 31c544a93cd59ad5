package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upload far larger than the heap; with {@code netbus.torture=true} a gigabyte. */
class LargeUploadIT {

    private static final boolean TORTURE = Boolean.getBoolean("netbus.torture");
    private static final long BYTES = (TORTURE ? 1024L : 128L) << 20;
    private static final String HEAP = TORTURE ? "256m" : "96m";

    @TempDir
    private Path directory;

    @Test
    void memoryStaysFlat() {
        String filler = "x".repeat(4000);
        Lines body = new Lines(filler);
        try (DeskProcess desk = DeskProcess.start(directory, HEAP)) {
            long start = System.nanoTime();
            HttpResponse<String> response = desk.client()
                    .post(
                            "/events?ack=fsynced",
                            BodyPublishers.ofInputStream(() -> body),
                            "Content-Type",
                            DeskClient.NDJSON);
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("uploaded %d MiB in %.1f s%n", BYTES >> 20, seconds);

            assertThat(response.body())
                    .as(desk.output())
                    .isEqualTo("{\"offered\":" + body.lines + ",\"accepted\":" + body.lines
                            + ",\"refused\":0,\"malformed\":[]}");
            assertThat(desk.client().page(1000, null, null).events()).isNotEmpty();
            assertThat(desk.isAlive()).isTrue();
        }
    }

    /** Lines made as they are read. */
    private static final class Lines extends InputStream {

        private final String filler;
        private byte[] line = new byte[0];
        private int at;
        private long sent;
        private long lines;

        Lines(String filler) {
            this.filler = filler;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == line.length) {
                if (sent >= BYTES) {
                    return -1;
                }
                line = ("{\"event\":\"push\",\"payload\":{\"n\":" + lines++ + ",\"repository\":{\"full_name\":\"octo/"
                                + lines % 50 + "\"},\"filler\":\"" + filler + "\"}}\n")
                        .getBytes(StandardCharsets.UTF_8);
                at = 0;
                sent += line.length;
            }
            int count = Math.min(length, line.length - at);
            System.arraycopy(line, at, target, offset, count);
            at += count;
            return count;
        }
    }
}
