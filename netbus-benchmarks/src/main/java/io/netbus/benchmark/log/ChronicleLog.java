package io.netbus.benchmark.log;

import static java.util.Objects.requireNonNull;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.nio.file.Path;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;

/** Chronicle Queue with default settings. */
final class ChronicleLog implements LogWriter {

    private final ChronicleQueue queue;
    private final ExcerptAppender appender;

    ChronicleLog(Path directory) {
        queue = ChronicleQueue.single(directory.toString());
        appender = queue.createAppender();
    }

    @Override
    public void append(byte[] payload) {
        try (DocumentContext document = appender.writingDocument()) {
            requireNonNull(document.wire()).bytes().write(payload);
        }
    }

    @Override
    public void readAll(Tally tally) {
        byte[] payload = new byte[Payloads.BYTES];
        try (ExcerptTailer tailer = queue.createTailer()) {
            while (true) {
                try (DocumentContext document = tailer.readingDocument()) {
                    if (!document.isPresent()) {
                        return;
                    }
                    requireNonNull(document.wire()).bytes().read(payload);
                    tally.add(Payloads.sum(payload, 0));
                }
            }
        }
    }

    @Override
    public void close() {
        appender.close();
        queue.close();
    }
}
