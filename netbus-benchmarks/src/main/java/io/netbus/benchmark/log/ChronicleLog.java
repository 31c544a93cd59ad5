package io.netbus.benchmark.log;

import static java.util.Objects.requireNonNull;

import io.netbus.benchmark.run.Payloads;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/** Chronicle Queue with default settings; where forces are wanted with {@link SyncMode#SYNC}, as its default has none. */
final class ChronicleLog implements TestedLog {

    private final ChronicleQueue queue;
    private final int payloadBytes;
    private final List<ExcerptAppender> appenders = new ArrayList<>(); // under its lock
    private final ThreadLocal<ExcerptAppender> appenderOfThread = ThreadLocal.withInitial(this::newAppender);
    private final ExcerptAppender appender;
    private @Nullable RandomReader random;

    /** Where single records are read from. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares it
    private record RandomReader(ExcerptTailer tailer, long firstIndex, byte[] payload) {}

    ChronicleLog(LogSetup setup) {
        payloadBytes = setup.payloadBytes();
        queue = ChronicleQueue.singleBuilder(setup.directory())
                .syncMode(setup.forced() ? SyncMode.SYNC : SyncMode.NONE)
                .build();
        appender = newAppender();
    }

    private ExcerptAppender newAppender() {
        synchronized (appenders) {
            ExcerptAppender made = queue.createAppender();
            appenders.add(made);
            return made;
        }
    }

    @Override
    public void append(byte[] payload) {
        append(appender, payload);
    }

    private static void append(ExcerptAppender to, byte[] payload) {
        try (DocumentContext document = to.writingDocument()) {
            requireNonNull(document.wire()).bytes().write(payload);
        }
    }

    /** It has no batches. */
    @Override
    public void append(byte[][] payloads) {
        for (byte[] payload : payloads) {
            append(payload);
        }
    }

    @Override
    public void appendForced(byte[] payload) {
        ExcerptAppender own = appenderOfThread.get();
        append(own, payload);
        own.sync();
    }

    @Override
    public void force() {
        appender.sync();
    }

    @Override
    public LogReader reader() {
        return new Reader();
    }

    /** As long as all records are of one day. */
    @Override
    public long read(long sequence) {
        RandomReader reader = random;
        if (reader == null) {
            reader = new RandomReader(queue.createTailer(), queue.firstIndex(), new byte[payloadBytes]);
            random = reader;
        }
        if (!reader.tailer().moveToIndex(reader.firstIndex() + sequence)) {
            throw new IllegalStateException("record is not there: sequence=" + sequence);
        }
        read(reader.tailer(), reader.payload());
        return Payloads.sum(reader.payload());
    }

    private static boolean read(ExcerptTailer tailer, byte[] payload) {
        try (DocumentContext document = tailer.readingDocument()) {
            if (!document.isPresent()) {
                return false;
            }
            requireNonNull(document.wire()).bytes().read(payload);
            return true;
        }
    }

    @Override
    public void close() {
        if (random != null) {
            random.tailer().close();
        }
        synchronized (appenders) {
            appenders.forEach(ExcerptAppender::close);
        }
        queue.close();
    }

    /** Sees what is appended later. */
    private final class Reader implements LogReader {

        private final ExcerptTailer tailer = queue.createTailer();
        private final byte[] payload = new byte[payloadBytes];

        @Override
        public int poll(LongConsumer sums) {
            int count = 0;
            while (count < MOST_RECORDS && read(tailer, payload)) {
                sums.accept(Payloads.sum(payload));
                count++;
            }
            return count;
        }

        @Override
        public void close() {
            tailer.close();
        }
    }
}
