package io.netbus.benchmark.jmh;

import com.github.luben.zstd.Zstd;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import net.jpountz.lz4.LZ4Factory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to compress and to expand a batch of JSON events, and how much shorter does it become? Prints the ratio
 * when a fork ends. Baseline: codec {@code COPY}. netbus compresses as {@code LZ4_JAVA}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class CompressionBenchmark {

    private static final int SLACK_BYTES = 1024;
    private static final Deflater DEFLATER = new Deflater(Deflater.BEST_SPEED, true); // one thread runs
    private static final Inflater INFLATER = new Inflater(true);
    private static final String[] WORDS = ("the a repository user issue opened closed label milestone pull request "
                    + "commit branch review comment please fix test build release version error null stack trace")
            .split(" ");

    /** Events in a batch. */
    @Param({"1", "64", "512"})
    private int events;

    /** By whom. */
    @Param
    private Codec codec = Codec.COPY;

    private byte[] batch = {};
    private byte[] compressed = {};
    private int length;
    private byte[] into = {};

    /** The candidates. */
    public enum Codec {
        /** Only copies. */
        COPY,
        /** In Java. */
        LZ4_JAVA,
        /** By a native library. */
        LZ4_NATIVE,
        /** By a native library, at its fastest regular level. */
        ZSTD_1,
        /** By the JDK's native library. */
        DEFLATE_1;

        int compress(byte[] from, byte[] to) {
            return switch (this) {
                case COPY -> copy(from, from.length, to);
                case LZ4_JAVA -> LZ4Factory.safeInstance().fastCompressor().compress(from, to);
                case LZ4_NATIVE -> LZ4Factory.nativeInstance().fastCompressor().compress(from, to);
                case ZSTD_1 -> (int) Zstd.compressByteArray(to, 0, to.length, from, 0, from.length, 1);
                case DEFLATE_1 -> deflate(from, to);
            };
        }

        int expand(byte[] from, int length, byte[] to) {
            return switch (this) {
                case COPY -> copy(from, length, to);
                case LZ4_JAVA ->
                    LZ4Factory.safeInstance().safeDecompressor().decompress(from, 0, length, to, 0, to.length);
                case LZ4_NATIVE ->
                    LZ4Factory.nativeInstance().safeDecompressor().decompress(from, 0, length, to, 0, to.length);
                case ZSTD_1 -> (int) Zstd.decompressByteArray(to, 0, to.length, from, 0, length);
                case DEFLATE_1 -> inflate(from, length, to);
            };
        }

        private static int copy(byte[] from, int length, byte[] to) {
            System.arraycopy(from, 0, to, 0, length);
            return length;
        }

        private static int deflate(byte[] from, byte[] to) {
            DEFLATER.reset();
            DEFLATER.setInput(from);
            DEFLATER.finish();
            return DEFLATER.deflate(to);
        }

        private static int inflate(byte[] from, int length, byte[] to) {
            try {
                INFLATER.reset();
                INFLATER.setInput(from, 0, length);
                return INFLATER.inflate(to);
            } catch (DataFormatException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Makes a batch, and sees that it comes back. */
    @Setup(Level.Trial)
    public void setUp() {
        Random random = new Random(42);
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < events; i++) {
            json.append("{\"id\":").append(random.nextInt(1_000_000)).append(",\"action\":\"opened\",\"user\":\"u-");
            json.append(random.nextInt(5_000))
                    .append("\",\"at\":\"2026-11-20T10:00:")
                    .append(10 + random.nextInt(50));
            json.append("Z\",\"title\":\"");
            for (int j = 0; j < 12; j++) {
                json.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
            }
            json.append("\",\"labels\":[\"bug\",\"p").append(random.nextInt(4)).append("\"]}");
        }
        batch = json.toString().getBytes(StandardCharsets.UTF_8);
        compressed = new byte[2 * batch.length + SLACK_BYTES];
        into = new byte[2 * batch.length + SLACK_BYTES];
        length = codec.compress(batch, compressed);
        byte[] back = new byte[batch.length];
        if (codec.expand(compressed, length, back) != batch.length || !Arrays.equals(back, batch)) {
            throw new IllegalStateException("did not come back: codec=" + codec);
        }
    }

    /** Says how much shorter it became. */
    @TearDown(Level.Trial)
    public void report() {
        System.out.printf(
                "%n%s: %d bytes become %d, %.2f to 1%n", codec, batch.length, length, (double) batch.length / length);
    }

    /** Of a batch. */
    @Benchmark
    public int compress() {
        return codec.compress(batch, into);
    }

    /** Of a batch, into an array that holds it. */
    @Benchmark
    public int expand() {
        return codec.expand(compressed, length, into);
    }
}
