package io.netbus.redex;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps what {@link Retention} lets go of. Before a log deletes a segment it stores its files here, and what its readers
 * ask for then comes from here. What an archive holds is its owner's to delete; records of files that are gone count as
 * evicted.
 * <p>
 * <b>Threads:</b> any, several at once; never under a lock that an appender waits for.
 */
public interface LogArchive {

    /**
     * The names of the files that are kept of a log, in any order; empty if there are none.
     *
     * @throws IOException if they cannot be listed; the log stays closed
     */
    List<String> list(String log) throws IOException;

    /**
     * Keeps a file of a log, in the place of one of that name, which an earlier attempt may have left. When this returns, the
     * file must be whole and as durable as it will be: the log deletes its own.
     *
     * @param file 20 digits and an extension
     * @param content of {@code bytes} bytes
     * @throws IOException if it cannot be kept; the log keeps its own and tries again later
     */
    void store(String log, String file, ReadableByteChannel content, long bytes) throws IOException;

    /**
     * Opens a file of a log. Readers close it. A {@link java.nio.channels.FileChannel} is mapped, others are read.
     *
     * @throws java.nio.file.NoSuchFileException if it is not kept
     */
    SeekableByteChannel open(String log, String file) throws IOException;

    /** Forgets all files of a log that is deleted. */
    void delete(String log) throws IOException;

    /** An archive in a directory, which may be on a network file system; made with access for the owner alone. */
    static LogArchive in(Path directory) {
        return new DirectoryArchive(directory);
    }
}
