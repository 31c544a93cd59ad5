package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Logs on disk: a lock file, and a directory for each log. */
final class DiskRedex implements Redex {

    private static final String DELETED_SUFFIX = ".deleted";

    private final Path directory;
    private final RedexConfig config;
    private final SegmentStore store;
    private final DirectoryLock lock;
    private final LogWorkers workers = LogWorkers.start();
    private final InstantSource clock;

    private final ConcurrentHashMap<String, CompletableFuture<DiskLog>> logs = new ConcurrentHashMap<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private DiskRedex(Path directory, RedexConfig config, SegmentStore store, InstantSource clock, DirectoryLock lock) {
        this.directory = directory;
        this.config = config;
        this.store = store;
        this.clock = clock;
        this.lock = lock;
    }

    static Redex open(Path directory, RedexConfig config) {
        return open(directory, config, NetworkFileSystem::typeOf);
    }

    static Redex open(Path directory, RedexConfig config, NetworkFileSystem.TypeOf types) {
        if (!config.allowNetworkFileSystem()) {
            NetworkFileSystem.refuse(directory, types);
        }
        return open(directory, config, new FileStore());
    }

    static Redex open(Path directory, RedexConfig config, SegmentStore store) {
        return open(directory, config, store, InstantSource.system());
    }

    /** @param clock tells how old records are */
    static Redex open(Path directory, RedexConfig config, SegmentStore store, InstantSource clock) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            Uninterrupted.call(() -> {
                store.createDirectories(absolute);
                Path parent = absolute.getParent();
                if (parent != null && Files.isReadable(parent)) {
                    store.forceDirectory(parent);
                }
                return absolute;
            });
            DirectoryLock lock = DirectoryLock.take(absolute, config.lockWait());
            return new DiskRedex(absolute, config, store, clock, lock);
        } catch (IOException e) {
            throw new UncheckedIOException("directory could not be opened: directory=" + absolute, e);
        }
    }

    @Override
    public RedexLog log(String name) {
        return open(name, null);
    }

    @Override
    public LogConfig logDefaults() {
        return config.logDefaults();
    }

    @Override
    public RedexLog log(String name, LogConfig own) {
        return open(name, own);
    }

    /** @param asked null takes the defaults, or the log as it is open */
    private RedexLog open(String name, @Nullable LogConfig asked) {
        LogName.require(name);
        while (true) {
            CompletableFuture<DiskLog> mine = new CompletableFuture<>();
            CompletableFuture<DiskLog> there = logs.putIfAbsent(name, mine);
            if (there == null) {
                return open(name, asked == null ? config.logDefaults() : asked, mine);
            }
            DiskLog log = await(there);
            if (log.isOpen()) {
                if (asked != null && !asked.equals(log.config())) {
                    throw LogConfigConflictException.of(name, log.config(), asked);
                }
                return log;
            }
            log.awaitClosed();
        }
    }

    /*
     * Holds the name's place while it deletes, as an open log would, so that nobody opens what is half gone. The
     * directory gets another name first: a crash leaves either the log or what names() does not list.
     */
    @Override
    public boolean delete(String name) {
        LogName.require(name);
        CompletableFuture<DiskLog> mine = new CompletableFuture<>();
        while (true) {
            CompletableFuture<DiskLog> there = logs.putIfAbsent(name, mine);
            if (there == null) {
                break;
            }
            DiskLog log = await(there);
            log.close();
            log.awaitClosed();
        }
        try {
            if (closing.get()) {
                throw LogClosedException.of(name);
            }
            return Uninterrupted.call(() -> deleteFiles(name));
        } catch (IOException e) {
            throw new UncheckedIOException("log could not be deleted: log=" + name, e);
        } finally {
            logs.remove(name, mine);
            mine.completeExceptionally(LogClosedException.of(name));
        }
    }

    private boolean deleteFiles(String name) throws IOException {
        Path files = directory.resolve(LogName.directory(name));
        Path doomed = files.resolveSibling(files.getFileName() + DELETED_SUFFIX);
        deleteAll(doomed); // of a crash
        if (config.archive() != null) {
            config.archive().delete(name);
        }
        if (!store.list(directory).contains(files)) {
            return false;
        }
        store.replace(files, doomed);
        store.forceDirectory(directory);
        deleteAll(doomed);
        return true;
    }

    private void deleteAll(Path path) throws IOException {
        if (store.list(directory).contains(path)) {
            for (Path entry : store.list(path)) {
                for (Path inner : store.list(entry)) {
                    store.delete(inner);
                }
                store.delete(entry);
            }
            store.delete(path);
        }
    }

    @Override
    public List<String> names() {
        try {
            List<String> names = new ArrayList<>();
            for (Path path : store.list(directory)) {
                String found = path.getFileName().toString();
                Optional<String> name =
                        LogName.isShortened(found) ? NameFile.logOf(store, path) : LogName.fromDirectory(found);
                name.ifPresent(names::add);
            }
            return names.stream().sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("directory could not be listed: directory=" + directory, e);
        }
    }

    @Override
    public List<RedexLog> logs() {
        return logs.values().stream()
                .filter(log -> log.isDone() && !log.isCompletedExceptionally())
                .map(CompletableFuture::join)
                .filter(DiskLog::isOpen)
                .sorted(Comparator.comparing(DiskLog::name))
                .map(RedexLog.class::cast)
                .toList();
    }

    @Override
    public Optional<Path> directory() {
        return Optional.of(directory);
    }

    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            if (!workers.forcer().isCurrentThread()) {
                closed.join();
            }
            return;
        }
        workers.tails().close();
        for (CompletableFuture<DiskLog> log : logs.values()) {
            log.handle((open, failure) -> open)
                    .thenAccept(open -> {
                        if (open != null) {
                            open.close();
                        }
                    })
                    .join();
        }
        workers.stop();
        try {
            lock.release();
        } catch (IOException e) {
            throw new UncheckedIOException("directory could not be let go: directory=" + directory, e);
        } finally {
            closed.complete(null);
        }
    }

    private RedexLog open(String name, LogConfig settings, CompletableFuture<DiskLog> mine) {
        try {
            if (closing.get()) { // looked at after the entry was made: close either sees the entry or is seen here
                throw LogClosedException.of(name);
            }
            if (!LogName.isPlain(name)) {
                Uninterrupted.call(() -> {
                    NameFile.claim(store, directory, name);
                    return name;
                });
            }
            DiskLog log = DiskLog.open(
                    name, directory, store, settings, config.archive(), clock, workers, it -> logs.remove(name, mine));
            mine.complete(log);
            return log;
        } catch (IOException e) {
            throw forget(name, mine, LogOpenException.of(name, e));
        } catch (RuntimeException e) {
            throw forget(name, mine, e);
        } catch (Error e) {
            forget(name, mine, new IllegalStateException(e));
            throw e;
        }
    }

    private RuntimeException forget(String name, CompletableFuture<DiskLog> mine, RuntimeException cause) {
        logs.remove(name, mine);
        mine.completeExceptionally(cause);
        return cause;
    }

    /** The log that another thread opens; fails as that does. */
    private static DiskLog await(CompletableFuture<DiskLog> there) {
        try {
            return there.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
