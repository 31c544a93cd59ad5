package io.netbus.redex;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;

/** Logs in memory. A log that is closed keeps its records, as one on disk does, until all of this is closed. */
final class MemoryRedex implements Redex {

    private final RedexConfig config;
    private final TailWorker tails = new TailWorker();
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<String, MemoryRecords> records = new TreeMap<>(); // under the lock
    private final ConcurrentSkipListMap<String, MemoryLog> open = new ConcurrentSkipListMap<>();
    private boolean closed; // under the lock

    MemoryRedex(RedexConfig config) {
        this.config = config;
    }

    @Override
    public RedexLog log(String name) {
        LogName.require(name);
        lock.lock();
        try {
            if (closed) {
                throw LogClosedException.of(name);
            }
            MemoryLog log = open.get(name);
            if (log == null || !log.isOpen()) {
                MemoryRecords kept = records.computeIfAbsent(name, key -> new MemoryRecords());
                log = new MemoryLog(name, config, kept, tails, it -> open.remove(it.name(), it));
                open.put(name, log);
            }
            return log;
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
        } finally {
            lock.unlock();
        }
    }
}
