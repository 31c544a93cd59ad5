package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may use a directory, and what is left open and readable in it. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class DirectoryTests {

    private static final RedexConfig IMPATIENT = LogFiles.CONFIG.withLockWait(Duration.ZERO);

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path temp;

    // --- one holder

    @Test
    void aSecondHolderInThisProcessIsRefused() {
        try (Redex first = Redex.onDisk(temp, IMPATIENT)) {
            assertThatExceptionOfType(DirectoryLockedException.class)
                    .isThrownBy(() -> Redex.onDisk(temp, IMPATIENT))
                    .withMessageContaining("directory=" + temp)
                    .withMessageContaining(
                            "this process, pid=" + ProcessHandle.current().pid());
            assertThat(first.log("orders").append(utf8("a"), 1)).isZero();
        }
        try (Redex next = Redex.onDisk(temp, IMPATIENT)) {
            assertThat(next.log("orders").nextSequence()).isEqualTo(1);
        }
    }

    @Test
    void aSecondHolderByAnotherNameIsRefused() throws IOException {
        Path directory = Files.createDirectory(temp.resolve("real"));
        Path link = Files.createSymbolicLink(temp.resolve("link"), directory);
        try (Redex first = Redex.onDisk(directory, IMPATIENT)) {
            assertThat(first.directory()).contains(directory);
            assertThatExceptionOfType(DirectoryLockedException.class).isThrownBy(() -> Redex.onDisk(link, IMPATIENT));
        }
    }

    @Test
    void aSecondProcessIsRefusedAndTheFirstNamed() throws Exception {
        try (ChildProcess child = ChildProcess.holding(temp)) {
            assertThat(child.line()).isEqualTo("open");
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(DirectoryLockedException.class)
                        .isThrownBy(() -> Redex.onDisk(temp, IMPATIENT))
                        .withMessageContaining("another process, pid=" + child.pid());
            }
            child.kill();
        }
        Redex.onDisk(temp, LogFiles.CONFIG).close();
    }

    /** Closing any descriptor of a locked file gives the lock up, on POSIX systems: so a refusal must not open it. */
    @Test
    void refusalsWithinDoNotGiveTheLockUp() throws Exception {
        try (Redex mine = Redex.onDisk(temp, IMPATIENT)) {
            assertThatExceptionOfType(DirectoryLockedException.class).isThrownBy(() -> Redex.onDisk(temp, IMPATIENT));
            assertThat(mine.names()).isEmpty();
            try (ChildProcess child = ChildProcess.trying(temp)) {
                assertThat(child.line())
                        .contains("another process, pid="
                                + ProcessHandle.current().pid());
            }
        }
        try (ChildProcess child = ChildProcess.trying(temp)) {
            assertThat(child.line()).isEqualTo("open");
        }
    }

    @Test
    void openingWaitsForTheHolderToLetGo() throws Exception {
        Redex first = Redex.onDisk(temp, IMPATIENT);
        CompletableFuture<Redex> second = CompletableFuture.supplyAsync(
                () -> Redex.onDisk(temp, LogFiles.CONFIG.withLockWait(Duration.ofDays(999_999))));
        first.close();

        second.get(60, TimeUnit.SECONDS).close();
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        try (Redex first = Redex.onDisk(temp, IMPATIENT)) {
            assertThat(first.names()).isEmpty();
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(DirectoryLockedException.class)
                    .isThrownBy(() -> Redex.onDisk(temp, LogFiles.CONFIG.withLockWait(Duration.ofHours(1))));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void anInterruptedThreadOpensAFreeDirectory() {
        Thread.currentThread().interrupt();
        try (Redex redex = Redex.onDisk(temp.resolve("new/below"), IMPATIENT)) {
            assertThat(redex.log("orders").append(utf8("a"), 1)).isZero();
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aFileInTheWayIsAnError() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Redex.onDisk(file, IMPATIENT))
                .withMessageContaining("directory=" + file);
    }

    // --- access

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void filesAndDirectoriesAreTheOwnersAlone() throws Exception {
        Path base = temp.resolve("data/netbus");
        LogFiles files = new LogFiles(base, mode);
        files.append("x".repeat(40_000), "x".repeat(40_000));
        files.die(log -> LogFiles.append(log, "a", "torn"));
        byte[] last = files.bytes(1);
        files.write(1, LogFiles.zeroed(last, LogFiles.frameOffsets(last).get(3) - 8));
        try (Redex redex = files.open()) {
            redex.log(LogFiles.NAME);
            try (Stream<Path> paths = Files.walk(temp.resolve("data"))) {
                for (Path path : paths.toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .as(path.toString())
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
                }
            }
        }
        assertThat(files.names()).hasSize(5); // checkpoint, two segments, a copy of what followed, one torn tail
    }

    // --- names

    @Test
    void strangersInTheDirectoryAreNoLogs() throws IOException {
        Files.createDirectory(temp.resolve("stranger"));
        Files.createDirectory(temp.resolve("UPPER.redex"));
        Files.createDirectory(temp.resolve(".redex"));
        Files.createDirectory(temp.resolve("..redex"));
        try (Redex redex = Redex.onDisk(temp, IMPATIENT)) {
            redex.log("a/b");
            assertThat(redex.names()).containsExactly("a/b");
        }
    }

    /** A log that is deleted and made anew in one moment is one or the other: never half, and never another's files. */
    @Test
    void deletingALogWhileOthersOpenItTakesItWholeOrNotAtAll() throws Exception {
        AtomicInteger opening = new AtomicInteger(3);
        try (Redex redex = Redex.onDisk(temp, LogFiles.CONFIG.withWriteMode(mode))) {
            List<CompletableFuture<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                tasks.add(CompletableFuture.runAsync(() -> {
                    try {
                        for (int round = 0; round < 50; round++) {
                            appendUnlessClosed(redex);
                        }
                    } finally {
                        opening.decrementAndGet();
                    }
                }));
            }
            int deleted = 0;
            while (opening.get() > 0) {
                deleted += redex.delete(LogFiles.NAME) ? 1 : 0;
            }
            for (CompletableFuture<Void> task : tasks) {
                task.get(60, TimeUnit.SECONDS);
            }
            assertThat(deleted).isPositive();
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(utf8("last"), 1);
            assertThat(LogFiles.payloads(log)).hasSize((int) log.nextSequence()).endsWith("last");
        }
        try (Redex redex = Redex.onDisk(temp, LogFiles.CONFIG.withWriteMode(mode));
                Stream<Path> left = Files.list(temp)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("lock", LogName.directory(LogFiles.NAME));
            RedexLog log = redex.log(LogFiles.NAME);
            assertThat(log.recovery()).isEmpty();
            assertThat(LogFiles.payloads(log)).hasSize((int) log.nextSequence()).endsWith("last");
        }
    }

    /** What an append returned is read by its sequence as long as the log is that one. */
    private static void appendUnlessClosed(Redex redex) {
        String mine = UUID.randomUUID().toString();
        try {
            RedexLog log = redex.log(LogFiles.NAME);
            long sequence = log.append(utf8(mine), 1, Acknowledgement.FSYNCED);
            ReadResult found = log.read(sequence);
            assertThat(found)
                    .isInstanceOfSatisfying(
                            ReadResult.Present.class,
                            present -> assertThat(present.payload())
                                    .isEqualTo(utf8(mine).array()));
        } catch (LogClosedException e) {
            // deleted meanwhile
        }
    }

    // --- handles

    @Test
    @EnabledOnOs(OS.LINUX)
    void closingLeavesNoFileOpen() throws Exception {
        LogFiles files = new LogFiles(temp, mode);
        List<LogCursor> left = new ArrayList<>();
        try (Redex redex = files.open()) {
            for (int round = 0; round < 3; round++) {
                RedexLog log = redex.log(LogFiles.NAME);
                for (int i = 0; i < 10; i++) {
                    log.append(utf8("x".repeat(20_000)), 1);
                }
                log.whenForced(log.nextSequence()).toCompletableFuture().get(60, TimeUnit.SECONDS);
                for (long sequence = 0; sequence < log.nextSequence(); sequence++) {
                    assertThat(log.read(sequence)).isInstanceOf(ReadResult.Present.class);
                }
                for (int i = 0; i < 5; i++) {
                    LogCursor cursor = log.cursor(i);
                    cursor.read((sequence, stamp, payload) -> true, 1);
                    left.add(cursor); // not closed
                }
                assertThat(left).hasSize(5 * (round + 1));
                try (LogCursor cursor = log.cursor(0)) {
                    cursor.read((sequence, stamp, payload) -> true, Integer.MAX_VALUE);
                }
                assertThat(openFiles()).hasSize(3); // the last segment, twice, and the lock: others are only mapped
                assertThat(mappedFiles()).isNotEmpty();
                log.close();
                assertThat(openFiles()).containsExactly(temp.resolve("lock").toString());
                assertThat(mappedFiles()).isEmpty();
            }
        }
        assertThat(openFiles()).isEmpty();
    }

    /** Whatever kept the log from writing on: its files are let go all the same. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void closingAFailedLogLeavesNoFileOpenOrMapped() throws Exception {
        LogFiles files = new LogFiles(temp, mode);
        FaultyStore store = new FaultyStore();
        try (Redex redex = files.open(store)) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(utf8("x".repeat(40_000)), 1);
            store.onForce = FaultyStore.failing("on purpose");
            log.append(utf8("x".repeat(40_000)), 1); // goes on in a new segment, which wakes the force thread
            await().atMost(Duration.ofSeconds(60)).until(() -> log.stats().failure() != null);
            assertThat(openFiles()).hasSizeGreaterThan(1);
            assertThat(mappedFiles()).hasSize(mode == WriteMode.MAPPED ? 2 : 0);
            log.close();
            assertThat(openFiles()).containsExactly(temp.resolve("lock").toString());
            assertThat(mappedFiles()).isEmpty();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aSegmentThatCouldNotBeMadeIsNeitherOpenNorMapped() throws Exception {
        LogFiles files = new LogFiles(temp, mode);
        FaultyStore store = new FaultyStore();
        try (Redex redex = files.open(store)) {
            RedexLog log = redex.log(LogFiles.NAME);
            log.append(utf8("x".repeat(40_000)), 1);
            int open = openFiles().size();
            int mapped = mappedFiles().size();
            store.usableBytes = 0;
            store.onWrite = FaultyStore.failing("No space left on device");
            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(LogFullException.class)
                        .isThrownBy(() -> log.append(utf8("x".repeat(40_000)), 1));
            }
            assertThat(openFiles()).hasSize(open);
            assertThat(mappedFiles()).hasSize(mapped);
            store.onWrite = path -> {};
        }
        assertThat(openFiles()).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void refusalsWithinDoNotTouchTheLockFile() throws IOException {
        try (Redex first = Redex.onDisk(temp, IMPATIENT)) {
            assertThat(first.names()).isEmpty();
            assertThatExceptionOfType(DirectoryLockedException.class).isThrownBy(() -> Redex.onDisk(temp, IMPATIENT));
            assertThat(openFiles()).containsExactly(temp.resolve("lock").toString());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void refusalsLeaveNoFileOpen() throws IOException {
        LogFiles files = new LogFiles(temp, mode);
        files.append("a", "b");
        files.write(0, LogFiles.flipped(files.bytes(0), SegmentLayout.LOG_ID_OFFSET));
        try (Redex redex = files.open()) {
            assertThatExceptionOfType(CorruptLogException.class).isThrownBy(() -> redex.log(LogFiles.NAME));
            assertThatExceptionOfType(CorruptLogException.class).isThrownBy(() -> redex.log(LogFiles.NAME));
            assertThat(redex.logs()).isEmpty();
            assertThat(openFiles()).containsExactly(temp.resolve("lock").toString());
        }
        assertThat(openFiles()).isEmpty();
    }

    private List<String> openFiles() throws IOException {
        List<String> open = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith(temp.toString())) {
                        open.add(target);
                    }
                } catch (IOException e) {
                    // gone since it was listed
                }
            }
        }
        return open;
    }

    private List<String> mappedFiles() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains(temp.toString()))
                .toList();
    }
}
