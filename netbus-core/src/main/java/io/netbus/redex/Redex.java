package io.netbus.redex;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The logs of one directory, or of one process's memory.
 * <p>
 * <b>Threads:</b> all methods may be called from any thread. <b>Durability:</b> on disk, an appended record is in the
 * operating system when the append returns (it survives the death of this process) and is forced to the disk (it then
 * survives a power cut) as the log's {@link ForcePolicy} says, or sooner when {@link RedexLog#whenForced} asks for it; many
 * askers share one force. In memory nothing survives the process, and every record counts as forced.
 */
public interface Redex extends AutoCloseable {

    /**
     * Opens the logs under {@code directory}, creating it with access for the owner alone.
     *
     * @throws DirectoryLockedException if another process, or another {@code Redex} of this one, still holds the
     *         directory after {@link RedexConfig#lockWait()}, or when this thread is interrupted; nothing is changed
     * @throws NetworkFileSystemException if the directory is on a network file system and {@link
     *         RedexConfig#allowNetworkFileSystem()} does not allow that; nothing is changed
     * @throws java.io.UncheckedIOException if the directory cannot be created or read
     */
    static Redex onDisk(Path directory, RedexConfig config) {
        return DiskRedex.open(directory, config);
    }

    /** Opens an empty set of logs that live in memory until it is closed; closing one of the logs keeps its records. */
    static Redex inMemory(RedexConfig config) {
        return new MemoryRedex(config);
    }

    /**
     * Opens the log of that name, creating it if it is new; the same instance while it is open, with whatever settings.
     *
     * @param name 1 to 255 characters of {@code a-z 0-9 - _ . /}; no empty segment, {@code .} or {@code ..}, so no slash
     *     at either end
     * @throws IllegalArgumentException if the name is not of that form
     * @throws LogNameTakenException if the directory that the name leads to says that it is another log's; the log stays
     *         closed
     * @throws CorruptLogException if a file is damaged in a way no crash explains; the log stays closed
     * @throws UnsupportedFormatException if a later release wrote it in a newer format; the log stays closed
     * @throws LogClosedException after {@link #close()}
     * @throws java.io.UncheckedIOException if the disk fails; the log stays closed
     */
    RedexLog log(String name);

    /** The settings of a log that is opened without its own, to derive others from. */
    LogConfig logDefaults();

    /**
     * As {@link #log(String)}, with settings of its own. They are not kept on disk: who opens the log after a restart says
     * them again.
     *
     * @throws LogConfigConflictException if it is open with other settings; it stays as it is
     */
    RedexLog log(String name, LogConfig config);

    /**
     * Closes a log and deletes all of it, quarantine included. A log of that name can then be made anew.
     *
     * @return whether there was such a log
     * @throws java.io.UncheckedIOException if the disk fails; what is left is deleted by another call
     */
    boolean delete(String name);

    /** The names of all logs that exist, open or not, in ascending order. */
    List<String> names();

    /** The logs that are open now, by ascending name. */
    List<RedexLog> logs();

    /** Where the logs are; empty for memory. */
    Optional<Path> directory();

    /** Forces and closes every log and lets the directory go. Idempotent. */
    @Override
    void close();
}
