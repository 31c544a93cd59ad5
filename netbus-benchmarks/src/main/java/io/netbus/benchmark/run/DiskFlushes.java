package io.netbus.benchmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How often disks were told to make durable what they had taken; knows nothing where there is no {@code /proc/diskstats}
 * that counts it.
 * <p>
 * A force that is none costs little and looks fast. Two forces of one thread, one after the other, never share a flush,
 * so there must be as many flushes as such forces; other programs add theirs, so more say nothing.
 */
public final class DiskFlushes {

    private static final Path STATISTICS = Path.of("/proc/diskstats");
    private static final int FLUSHES_COLUMN = 18;

    private final long before = count();

    /** Fails if there were fewer since this object was made. */
    public void require(long forces) {
        long flushes = count() - before;
        if (before > 0 && flushes < forces) {
            throw new IllegalStateException("not everything was forced: flushes=" + flushes + ", forces=" + forces);
        }
    }

    /** Of the disk that had most; a stack of devices passes each flush on. 0 if unknown. */
    private static long count() {
        try (var lines = Files.lines(STATISTICS)) {
            return lines.map(line -> line.strip().split("\\s+"))
                    .filter(columns -> columns.length > FLUSHES_COLUMN)
                    .mapToLong(columns -> Long.parseLong(columns[FLUSHES_COLUMN]))
                    .max()
                    .orElse(0);
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
