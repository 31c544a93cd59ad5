package io.netbus.redex;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Logs in memory. A log that is closed keeps its records, as one on disk does, until all of this is closed. */
final class MemoryRedex implements Redex {

    private final RedexConfig config;
    private final TailWorker tails = new TailWorker();
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<String, MemoryRecords> records = new TreeMap<>(); // under the lock
    private final ConcurrentSkipListMap<String, MemoryLog> open = new ConcurrentSkipListMap<>();
    private @Nullable SweepWorker sweeper; // under the lock; null while no log has limits
    private boolean closed; // under the lock

    MemoryRedex(RedexConfig config) {
        this.config = config;
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
        lock.lock();
        try {
            if (closed) {
                throw LogClosedException.of(name);
            }
            MemoryLog log = open.get(name);
            if (log == null || !log.isOpen()) {
                MemoryRecords kept = records.computeIfAbsent(name, key -> new MemoryRecords());
                LogConfig settings = asked == null ? config.logDefaults() : asked;
                log = new MemoryLog(name, settings, InstantSource.system(), kept, tails, this::closed);
                open.put(name, log);
                if (!settings.retention().equals(Retention.all())) {
                    sweep(log);
                }
            } else if (asked != null && !asked.equals(log.config())) {
                throw LogConfigConflictException.of(name, log.config(), asked);
            }
            return log;
        } finally {
            lock.unlock();
        }
    }

    private void sweep(MemoryLog log) {
        SweepWorker worker = sweeper;
        if (worker == null) {
            worker = new SweepWorker();
            sweeper = worker;
        }
        worker.add(log);
    }

    private void closed(MemoryLog log) {
        open.remove(log.name(), log);
        lock.lock();
        try {
            if (sweeper != null) {
                sweeper.remove(log);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean delete(String name) {
        LogName.require(name);
        lock.lock();
        try {
            MemoryLog log = open.get(name);
            if (log != null) {
                log.close();
            }
            return records.remove(name) != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> names() {
        lock.lock();
        try {
            return List.copyOf(records.keySet());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<RedexLog> logs() {
        return List.copyOf(open.values());
    }

    @Override
    public Optional<Path> directory() {
        return Optional.empty();
    }

    @Override
    public void close() {
        tails.close();
        lock.lock();
        try {
            closed = true;
            List.copyOf(open.values()).forEach(MemoryLog::close);
            records.clear();
            if (sweeper != null) {
                sweeper.stop();
            }
        } finally {
            lock.unlock();
        }
    }
}
