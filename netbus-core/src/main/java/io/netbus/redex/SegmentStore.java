package io.netbus.redex;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * All that a log asks of the file system, so that a twin can stand in that fails on purpose.
 * <p>
 * <b>Threads:</b> any.
 */
interface SegmentStore {

    /** Creates a directory for the owner alone, with its missing parents, each forced into its own parent. */
    void createDirectories(Path directory) throws IOException;

    /** The entries of a directory by ascending name; empty if there is no such directory, or it is a file. */
    List<Path> list(Path directory) throws IOException;

    /** A new file for the owner alone, open for reading and writing; an older one of that name is an error. */
    SegmentFile create(Path file) throws IOException;

    /** An existing file, open for reading and writing. */
    SegmentFile openForWriting(Path file) throws IOException;

    /** An existing file; writing and forcing it is an error. */
    SegmentFile openForReading(Path file) throws IOException;

    /** Gives a file, or a directory, another name at one stroke, taking the place of a file that has it. */
    void replace(Path from, Path to) throws IOException;

    /** Deletes a file, or an empty directory. */
    void delete(Path file) throws IOException;

    /**
     * Makes created, renamed and deleted entries survive a power cut. Must not be interrupted, see
     * {@link SegmentFile#force()}.
     */
    void forceDirectory(Path directory) throws IOException;

    /** How many bytes the file system of that directory has left for this process. */
    long usableBytes(Path directory) throws IOException;
}
