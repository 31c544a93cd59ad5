package io.netbus.benchmark.ingest;

import static java.util.Objects.requireNonNull;

import io.netbus.benchmark.run.Payloads;
import io.netbus.benchmark.run.Tally;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/** A queue in mapped files, read by a tailer. Keeps what passes, which the others do not. */
final class ChroniclePipe implements Pipe {

    private final ChronicleQueue queue;
    private final ExcerptAppender appender;
    private final Poller consumer;

    ChroniclePipe(Tally tally, Path directory) {
        queue = ChronicleQueue.single(directory.resolve("chronicle").toString());
        appender = queue.createAppender();
        Tailer tailer = new Tailer(tally);
        consumer = new Poller(tailer::poll);
    }

    @Override
    public void send(byte[] payload) {
        try (DocumentContext document = appender.writingDocument()) {
            requireNonNull(document.wire()).bytes().write(payload);
        }
    }

    @Override
    public void close() {
        consumer.close();
        queue.close();
    }

    /** Made on the thread that uses it, as Chronicle demands. */
    private final class Tailer {

        private final Tally tally;
        private final byte[] payload = new byte[Payloads.BYTES];
        private @Nullable ExcerptTailer tailer;

        Tailer(Tally tally) {
            this.tally = tally;
        }

        int poll() {
            ExcerptTailer open = tailer;
            if (open == null) {
                open = queue.createTailer();
                tailer = open;
            }
            try (DocumentContext document = open.readingDocument()) {
                if (!document.isPresent()) {
                    return 0;
                }
                Bytes<?> bytes = requireNonNull(document.wire()).bytes();
                bytes.read(payload);
                tally.add(Payloads.sum(payload, 0));
                return 1;
            }
        }
    }
}
