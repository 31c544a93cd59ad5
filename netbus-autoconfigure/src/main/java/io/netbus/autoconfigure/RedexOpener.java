package io.netbus.autoconfigure;

import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.util.unit.DataSize;

/** Opens the logs where the settings say, and tells the operator where that is. */
final class RedexOpener {

    private static final Log LOG = LogFactory.getLog(RedexAutoConfiguration.class);

    private RedexOpener() {}

    /** @throws UnusableDirectoryException if the directory cannot be created, read or written */
    static Redex open(NetbusProperties.Log settings, RedexConfig config) {
        return switch (settings.storage()) {
            case MEMORY -> inMemory(config);
            case DISK -> onDisk(settings, config);
        };
    }

    private static Redex inMemory(RedexConfig config) {
        LOG.info("netbus keeps its logs in memory: storage=memory, nothing survives this application");
        return Redex.inMemory(config);
    }

    private static Redex onDisk(NetbusProperties.Log settings, RedexConfig config) {
        Path directory = settings.path();
        try {
            Redex redex = Redex.onDisk(directory, config);
            LOG.info("netbus keeps its logs on disk: directory=" + directory + ", free=" + free(directory)
                    + ", storage=disk, acknowledgement=" + config.logDefaults().acknowledgement() + ", force="
                    + config.logDefaults().forcePolicy() + ", retention of channels: maxAge="
                    + settings.retention().maxAge() + ", maxSize="
                    + settings.retention().maxSize());
            return redex;
        } catch (UncheckedIOException e) {
            throw new UnusableDirectoryException(directory, e);
        }
    }

    private static String free(Path directory) {
        try {
            DataSize free = DataSize.ofBytes(Files.getFileStore(directory).getUsableSpace());
            return free.toGigabytes() > 0 ? free.toGigabytes() + "GB" : free.toMegabytes() + "MB";
        } catch (IOException e) {
            return "unknown";
        }
    }
}
