package io.netbus.benchmark.ingest;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import io.netbus.benchmark.run.Tally;
import java.nio.file.Path;

/** Shared memory between an exclusive publication and a subscription, with the media driver in the same process. */
final class AeronPipe implements Pipe {

    private static final String CHANNEL = "aeron:ipc?term-length=16m";
    private static final int STREAM = 10;

    private final MediaDriver driver;
    private final Aeron aeron;
    private final ExclusivePublication publication;
    private final Subscription subscription;
    private final BufferClaim claim = new BufferClaim();
    private final Poller consumer;

    AeronPipe(Tally tally, Path directory) {
        driver = MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(directory.resolve("aeron").toString())
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED));
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
        subscription = aeron.addSubscription(CHANNEL, STREAM);
        publication = aeron.addExclusivePublication(CHANNEL, STREAM);
        FragmentHandler handler = (buffer, offset, length, header) -> tally.add(AgronaPipe.sum(buffer, offset));
        consumer = new Poller(() -> subscription.poll(handler, 256));
    }

    @Override
    public void send(byte[] payload) {
        for (int idle = 0; publication.tryClaim(payload.length, claim) < 0; ) {
            Poller.pause(++idle);
        }
        claim.buffer().putBytes(claim.offset(), payload, 0, payload.length);
        claim.commit();
    }

    @Override
    public void close() {
        consumer.close();
        aeron.close();
        driver.close();
    }
}
