package io.netbus.redex;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Keeps every other holder out of a directory, in this process and in others. */
final class DirectoryLock {

    /*
     * On POSIX systems a process loses its lock on a file as soon as it closes any descriptor of that file. So within
     * this process a set of names decides, before the file is touched. Should the class be loaded twice, each with a
     * set of its own, the JDK still refuses the second lock; the file it was asked through must then stay open.
     */
    static final String FILE_NAME = "lock";

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Duration LONGEST_WAIT = Duration.ofDays(365);
    private static final long LOCKED_BYTE = 1L << 40; // far behind the text, which others may then read everywhere
    private static final int MAX_HOLDER_BYTES = 64;

    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();
    private static final ReentrantLock LOOKING = new ReentrantLock(); // one look at a time
    private static final Queue<RandomAccessFile> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

    private final Path directory;
    private final RandomAccessFile file;

    private DirectoryLock(Path directory, RandomAccessFile file) {
        this.directory = directory;
        this.file = file;
    }

    /**
     * Takes the lock.
     *
     * @param wait how long to try; an interrupt ends the wait early and is kept
     * @throws DirectoryLockedException if it was not to be had
     */
    static DirectoryLock take(Path directory, Duration wait) throws IOException {
        Path real = directory.toRealPath();
        long waitNanos = (wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait).toNanos();
        long start = System.nanoTime();
        while (!HELD.add(real)) {
            pauseOrThrow(directory, start, waitNanos, "this process, pid=" + pid());
        }
        boolean taken = false;
        try {
            RandomAccessFile file = open(real.resolve(FILE_NAME));
            try {
                while (!tryLock(file)) {
                    pauseOrThrow(directory, start, waitNanos, "another process, pid=" + holder(file));
                }
                file.setLength(0);
                file.write((pid() + "\n").getBytes(StandardCharsets.US_ASCII));
                taken = true;
                return new DirectoryLock(real, file);
            } catch (OverlappingFileLockException e) {
                NEVER_CLOSED.add(file);
                throw DirectoryLockedException.of(directory, "this process, pid=" + pid(), Duration.ZERO);
            } finally {
                if (!taken && !NEVER_CLOSED.contains(file)) {
                    file.close();
                }
            }
        } finally {
            if (!taken) {
                HELD.remove(real);
            }
        }
    }

    /**
     * Who holds a directory, or held it when it died. Changes nothing; but who asks for the lock in the very moment of a
     * look at one that a dead process left may find it taken.
     */
    static LogOwner owner(Path directory) throws IOException {
        Path real;
        try {
            real = directory.toRealPath();
        } catch (NoSuchFileException e) {
            return LogOwner.NONE;
        }
        Path path = real.resolve(FILE_NAME);
        if (!Files.exists(path)) {
            return LogOwner.NONE;
        }
        LOOKING.lock();
        try {
            if (!HELD.add(real)) { // closing the file would lose that lock
                return new LogOwner(true, OptionalLong.of(pid()));
            }
            try {
                return look(path);
            } finally {
                HELD.remove(real);
            }
        } finally {
            LOOKING.unlock();
        }
    }

    private static LogOwner look(Path path) throws IOException {
        boolean close = true;
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
        try {
            String holder = holder(file);
            if (file.length() == 0) {
                return LogOwner.NONE; // the last holder let go
            }
            OptionalLong pid =
                    holder.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(holder)) : OptionalLong.empty();
            @Nullable FileLock lock = file.getChannel().tryLock(LOCKED_BYTE, 1, true);
            return new LogOwner(lock == null, pid);
        } catch (OverlappingFileLockException e) {
            close = false;
            NEVER_CLOSED.add(file);
            return new LogOwner(true, OptionalLong.of(pid()));
        } finally {
            if (close) {
                file.close();
            }
        }
    }

    void release() throws IOException {
        try {
            file.setLength(0);
        } finally {
            file.close(); // lets the lock go
            HELD.remove(directory);
        }
    }

    private static RandomAccessFile open(Path path) throws IOException {
        try {
            FileChannel.open(
                            path,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            FileStore.ownerOnly(path, "rw-------"))
                    .close();
        } catch (FileAlreadyExistsException e) {
            // left by the last holder
        }
        return new RandomAccessFile(path.toFile(), "rw");
    }

    private static boolean tryLock(RandomAccessFile file) throws IOException {
        @Nullable FileLock lock = file.getChannel().tryLock(LOCKED_BYTE, 1, false);
        return lock != null;
    }

    private static void pauseOrThrow(Path directory, long start, long waitNanos, String holder) {
        long waited = System.nanoTime() - start;
        if (waited >= waitNanos || Thread.currentThread().isInterrupted()) {
            throw DirectoryLockedException.of(
                    directory, holder, Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(waited)));
        }
        LockSupport.parkNanos(DirectoryLock.class, Math.min(POLL_NANOS, waitNanos - waited));
    }

    private static String holder(RandomAccessFile file) throws IOException {
        byte[] text = new byte[MAX_HOLDER_BYTES];
        file.seek(0);
        int length = Math.max(0, file.read(text));
        file.seek(0);
        String holder = new String(text, 0, length, StandardCharsets.US_ASCII).strip();
        return holder.matches("[0-9]+") ? holder : "unknown";
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }
}
