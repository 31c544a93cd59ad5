package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Looks into a directory of logs without opening it: changes nothing, works beside the process that has it open, and does
 * not give up where something is damaged. {@link LogRepair} is for mending.
 * <p>
 * What it says of a log that is written meanwhile was true at some moment since the call began.
 * <p>
 * <b>Threads:</b> any. <b>Memory:</b> bounded, whatever the size of logs and records; some hundred bytes per segment.
 */
public final class LogInspector {

    /** Takes what is found, in the order it is found in. */
    @FunctionalInterface
    public interface Listener {

        /** A place that is not as a log that was closed leaves it. */
        void found(LogFinding finding);

        /** How much was read so far; called every some megabytes. */
        default void read(long bytes, long ofBytes) {}
    }

    private static final String DELETED_SUFFIX = ".deleted";

    private final Path directory;
    private final SegmentStore store;

    private LogInspector(Path directory, SegmentStore store) {
        this.directory = directory;
        this.store = store;
    }

    /**
     * Of a directory that {@link Redex#onDisk} has made.
     *
     * @throws NotRedexDirectoryException if there is none, or it is another program's
     * @throws UncheckedIOException if it cannot be read
     */
    public static LogInspector of(Path directory) {
        return of(directory, new FileStore());
    }

    static LogInspector of(Path directory, SegmentStore store) {
        Path absolute = directory.toAbsolutePath().normalize();
        LogInspector inspector = new LogInspector(absolute, store);
        try {
            boolean known = false;
            List<Path> entries = store.list(absolute);
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                known |= name.equals(DirectoryLock.FILE_NAME) || logOf(entry).isPresent();
            }
            if (!known) {
                Path parent = absolute.getParent();
                boolean there = parent == null || store.list(parent).contains(absolute);
                throw there
                        ? NotRedexDirectoryException.noLogs(absolute)
                        : NotRedexDirectoryException.missing(absolute);
            }
            return inspector;
        } catch (IOException e) {
            throw new UncheckedIOException("directory could not be read: directory=" + absolute, e);
        }
    }

    /** Absolute. */
    public Path directory() {
        return directory;
    }

    /**
     * Who has the directory open now.
     *
     * @throws UncheckedIOException if that cannot be told
     */
    public LogOwner owner() {
        try {
            return DirectoryLock.owner(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("owner could not be told: directory=" + directory, e);
        }
    }

    /**
     * The names of all logs, in ascending order.
     *
     * @throws UncheckedIOException if the directory cannot be read
     */
    public List<String> names() {
        try {
            List<String> names = new ArrayList<>();
            for (Path entry : store.list(directory)) {
                logOf(entry).ifPresent(names::add);
            }
            return names.stream().sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("directory could not be listed: directory=" + directory, e);
        }
    }

    /**
     * Looks at heads, tips, and what follows the last tip.
     *
     * @throws NotRedexDirectoryException if there is no such log
     * @throws UncheckedIOException if its directory cannot be read
     */
    public LogInfo info(String log) {
        Path files = require(log);
        try {
            return new LogCheck(store, log, files, findings(log, finding -> {}), bytes -> {}).info();
        } catch (NoSuchFileException e) {
            throw NotRedexDirectoryException.noSuchLog(directory, log); // deleted meanwhile
        } catch (IOException e) {
            throw unreadable(log, e);
        }
    }

    /**
     * Reads every byte of one log and names every place that is not as it should be.
     *
     * @throws NotRedexDirectoryException if there is no such log
     * @throws UncheckedIOException if its directory cannot be read; a file that cannot be read is a finding
     */
    public LogVerdict verify(String log, Listener listener) {
        require(log);
        long total = recordFileBytes(log);
        return verify(log, listener, new Progress(listener, total));
    }

    /**
     * As {@link #verify(String, Listener)}, of all logs, and looks for strange files beside them.
     *
     * @throws UncheckedIOException if the directory cannot be read
     */
    public List<LogVerdict> verify(Listener listener) {
        LogOwner before = owner();
        lookBesideLogs(listener);
        List<String> names = names();
        long total = 0;
        for (String name : names) {
            total += recordFileBytes(name);
        }
        Progress progress = new Progress(listener, total);
        List<LogVerdict> verdicts = new ArrayList<>();
        for (String name : names) {
            try {
                verdicts.add(verify(name, listener, progress));
            } catch (NotRedexDirectoryException e) {
                // deleted meanwhile
            }
        }
        if (!before.alive() && owner().alive()) {
            Mismatch mismatch = new Mismatch("owner", "the same all the time", "one that came meanwhile");
            findings("", listener).explained(directory, 0, 0, mismatch, "verify again");
        }
        return verdicts;
    }

    /**
     * Reads records, beside a living owner too.
     *
     * @param fromSequence where to start; the first record that is kept, if that is later
     * @param listener told of the places that reading steps over
     * @throws NotRedexDirectoryException if there is no such log
     * @throws UncheckedIOException if its directory cannot be read
     */
    public LogReader reader(String log, long fromSequence, Listener listener) {
        Path files = require(log);
        try {
            return new LogReader(store, files, findings(log, listener), fromSequence);
        } catch (IOException e) {
            throw unreadable(log, e);
        }
    }

    private LogVerdict verify(String log, Listener listener, LongConsumer progress) {
        Path files = require(log);
        try {
            return new LogCheck(store, log, files, findings(log, listener), progress).verify();
        } catch (NoSuchFileException e) {
            throw NotRedexDirectoryException.noSuchLog(directory, log);
        } catch (IOException e) {
            throw unreadable(log, e);
        }
    }

    private void lookBesideLogs(Listener listener) {
        Findings findings = findings("", listener);
        try {
            for (Path entry : store.list(directory)) {
                String name = entry.getFileName().toString();
                if (name.endsWith(LogName.directory("x").substring(1) + DELETED_SUFFIX)) {
                    Mismatch mismatch = new Mismatch("directory", "none that is half deleted", "one");
                    findings.explained(entry, 0, 0, mismatch, "deleting its log again deletes it");
                } else if (!name.equals(DirectoryLock.FILE_NAME) && logOf(entry).isEmpty()) {
                    findings.stray(entry);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("directory could not be listed: directory=" + directory, e);
        }
    }

    private long recordFileBytes(String log) {
        long bytes = 0;
        try {
            for (Path path : store.list(directory.resolve(LogName.directory(log)))) {
                if (SegmentLayout.baseSequence(path.getFileName().toString()) >= 0) {
                    try (SegmentFile file = store.openForReading(path)) {
                        bytes += file.size();
                    } catch (IOException e) {
                        // what reads it says so
                    }
                }
            }
        } catch (IOException e) {
            throw unreadable(log, e);
        }
        return bytes;
    }

    /** The directory of a log that exists. */
    private Path require(String log) {
        if (!names().contains(log)) {
            throw NotRedexDirectoryException.noSuchLog(directory, log);
        }
        return directory.resolve(LogName.directory(log));
    }

    private Findings findings(String log, Listener listener) {
        BooleanSupplier ownerAlive = () -> owner().alive();
        return new Findings(log, ownerAlive, listener::found);
    }

    private UncheckedIOException unreadable(String log, IOException cause) {
        return new UncheckedIOException("log could not be read: log=" + log + ", directory=" + directory, cause);
    }

    private static Optional<String> logOf(Path entry) {
        return LogName.fromDirectory(entry.getFileName().toString());
    }

    /** Counts up what is read of all logs. */
    private static final class Progress implements LongConsumer {

        private final Listener listener;
        private final long total;
        private long done;

        private Progress(Listener listener, long total) {
            this.listener = listener;
            this.total = total;
        }

        @Override
        public void accept(long bytes) {
            done += bytes;
            listener.read(Math.min(done, total), total);
        }
    }
}
