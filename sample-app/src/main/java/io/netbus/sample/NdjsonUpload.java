package io.netbus.sample;

import io.netbus.bus.EventBus;
import io.netbus.event.IngestResult;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One upload: reads events line by line and offers each to the bus as soon as it is read, so that memory stays flat
 * whatever the body's size. A full shard slows the reading, and by that the sender. <b>Threads:</b> one.
 */
final class NdjsonUpload implements AutoCloseable {

    private static final int MAX_REPORTED = 100;
    private static final int COPIES_OF_A_LINE = 5; // as bytes, as characters, with its key, and while buffers grow
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final EventBus bus;
    private final LineReader lines;
    private final EventCheck check = new EventCheck();
    private final int maxEventBytes;
    private final long stallNanos;
    private RequestMemory.Lease longLines = RequestMemory.Lease.NONE;

    private long offered;
    private long accepted;
    private long refused;
    private final List<MalformedLine> malformed = new ArrayList<>();

    /**
     * What became of an upload.
     *
     * @param offered lines that are not blank; those neither accepted nor refused are malformed
     * @param accepted lines the bus has taken over
     * @param refused lines the bus has not taken
     * @param malformed the first {@value NdjsonUpload#MAX_REPORTED} malformed lines
     */
    record Report(long offered, long accepted, long refused, List<MalformedLine> malformed) {}

    /** A line, numbered from 1, that is no event. */
    record MalformedLine(long line, String reason) {}

    NdjsonUpload(EventBus bus, InputStream body, int maxEventBytes, Duration stallLimit) {
        this(bus, body, maxEventBytes, stallLimit, new RequestMemory.Room(Long.MAX_VALUE));
    }

    /** @param memory where room is taken once lines turn out to be long, until {@link #close()} */
    NdjsonUpload(EventBus bus, InputStream body, int maxEventBytes, Duration stallLimit, RequestMemory.Room memory) {
        this.bus = bus;
        this.lines = new LineReader(
                body,
                maxEventBytes,
                () -> longLines = memory.take((long) COPIES_OF_A_LINE * maxEventBytes, stallLimit));
        this.maxEventBytes = maxEventBytes;
        this.stallNanos = stallLimit.toNanos();
    }

    /**
     * Reads to the end.
     *
     * @throws DeskProblem if the bus takes nothing more
     * @throws IOException if the body cannot be read on; what stands before is accepted
     */
    void run() throws IOException {
        while (lines.next()) {
            if (!lines.isBlank()) {
                offered++;
                take();
            }
        }
    }

    /** How many lines have been read to their ends. */
    long linesRead() {
        return lines.number();
    }

    /** Gives the memory for long lines back. */
    @Override
    public void close() {
        longLines.close();
    }

    Report report() {
        return new Report(offered, accepted, refused, List.copyOf(malformed));
    }

    private void take() {
        if (lines.isTooLong()) {
            malformed(tooLarge());
            return;
        }
        EventCheck.Result checked = check.event(lines.buffer(), lines.offset(), lines.length());
        if (checked.fault() != null) {
            malformed(checked.fault());
            return;
        }
        switch (offer(checked.key())) {
            case ACCEPTED -> accepted++;
            case TOO_LARGE -> malformed(tooLarge());
            case UNAVAILABLE, DUPLICATE -> refused++; // other shards may take the lines that follow
            case FULL, TIMED_OUT -> throw stopped("The bus took nothing for " + stallNanos / 1_000_000_000 + " s");
            case CLOSED -> throw stopped("The desk is stopping");
        }
    }

    /** Offers the line until it is taken or refused for another reason than a full shard. */
    private IngestResult offer(@Nullable String key) {
        byte[] line = Arrays.copyOfRange(lines.buffer(), lines.offset(), lines.offset() + lines.length());
        long start = System.nanoTime();
        while (true) {
            IngestResult result = key == null ? bus.ingest(line) : bus.ingest(key, line);
            boolean isFull = result == IngestResult.FULL || result == IngestResult.TIMED_OUT;
            if (!isFull
                    || System.nanoTime() - start > stallNanos
                    || Thread.currentThread().isInterrupted()) {
                return result;
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private DeskProblem stopped(String why) {
        refused++;
        return DeskProblem.unavailable(why + "; stopped at line " + lines.number()
                        + ". The lines accepted before stay accepted; send this line and those behind it again later.")
                .with("line", lines.number());
    }

    private String tooLarge() {
        return "too large: more than " + maxEventBytes + " bytes";
    }

    private void malformed(String reason) {
        if (malformed.size() < MAX_REPORTED) {
            malformed.add(new MalformedLine(lines.number(), reason));
        }
    }
}
