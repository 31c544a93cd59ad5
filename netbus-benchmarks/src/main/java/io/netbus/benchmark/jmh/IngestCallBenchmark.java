package io.netbus.benchmark.jmh;

import io.netbus.benchmark.ingest.CountingAdapter;
import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.event.IngestResult;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does one {@code ingest(bytes)} cost the thread that calls it, while the bus takes everything away behind it?
 * Baseline: {@link #copy}, the bytes copied to the next place of a buffer, which no ingest can do without. Where the
 * caller is faster than the bus it waits for room, so the figure is also the bus's throughput; run with {@code -prof gc}
 * for what a call allocates.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class IngestCallBenchmark {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final Payloads payloads = new Payloads();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private final EventBus bus = EventBus.open(new CountingAdapter(new Tally()), EventBusConfig.defaults());

    /** Ends the bus's threads. */
    @TearDown
    public void close() {
        bus.close();
    }

    /** One call. */
    @Benchmark
    public IngestResult ingest() {
        return bus.ingest(payloads.next());
    }

    /** The copy alone. */
    @Benchmark
    public byte[] copy() {
        System.arraycopy(payloads.next(), 0, buffer, at, Payloads.BYTES);
        at = (at + Payloads.BYTES) & (BUFFER_BYTES - 1);
        return buffer;
    }
}
