package io.netbus.redex;

import static io.netbus.redex.LogFiles.payloads;
import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Room that is made ahead, by whom, and what happens where there is none. */
class MappedWriterTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int SEGMENT_BYTES = 4 * 1024 * 1024;

    @SuppressWarnings("StaticAssignmentOfThrowable") // who threw it does not matter
    private static final IOException FULL = new IOException("No space left on device");

    @TempDir
    private Path base;

    private final FaultyStore store = new FaultyStore();
    private LogFiles files;
    private Redex redex;
    private RedexLog log;

    @BeforeEach
    void open() {
        files = new LogFiles(base, WriteMode.MAPPED);
        reopen();
    }

    private void reopen() {
        redex = DiskRedex.open(base, files.config.withSegmentBytes(SEGMENT_BYTES), store);
        log = redex.log(LogFiles.NAME);
    }

    @AfterEach
    void close() {
        redex.close();
    }

    // --- room

    @Test
    void anAppendIsNoWrite() {
        log.append(utf8("a"), 1);
        awaitRoom();
        int writes = store.writes.get();

        for (int i = 0; i < 1_000; i++) {
            log.append(utf8("b"), 1);
        }

        assertThat(store.writes).hasValue(writes);
        assertThat(payloads(log)).hasSize(1_001);
    }

    /** Storing where no block is would kill the process if the disk has none left. */
    @Test
    void framesGoOnlyWhereZerosWereWritten() {
        byte[] payload = new byte[30_000];
        new Random(1).nextBytes(payload);
        for (int i = 0; i < 100; i++) {
            log.append(ByteBuffer.wrap(payload), 1);
            assertThat(store.writtenTo(files.segment(0)))
                    .isGreaterThanOrEqualTo(
                            SegmentLayout.HEAD_BYTES + log.stats().bytes());
        }
        assertThat(log.stats().segments()).isEqualTo(1);
    }

    /** Below its end, the system may want blocks for more than the byte that is stored. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there, a mapped file cannot be cut")
    void aFileIsNoLongerThanWhatWasWritten() throws IOException {
        byte[] payload = new byte[400_000];
        for (int i = 0; i < 8; i++) {
            log.append(ByteBuffer.wrap(payload), 1);
            awaitRoom();
            assertThat(Files.size(files.segment(0)))
                    .isEqualTo(store.writtenTo(files.segment(0)))
                    .isLessThanOrEqualTo(SEGMENT_BYTES);
        }
    }

    /** Room for what is coming, not for what might come. */
    @Test
    void aLogOfFewRecordsTakesUpLittleRoom() {
        log.append(utf8("a"), 1);
        awaitRoom();

        assertThat(store.writtenTo(files.segment(0))).isLessThan(512 * 1024);
    }

    @Test
    void anOversizeFrameHasASegmentOfItsOwn() throws Exception {
        redex.close();
        redex = files.open(store); // 64 KiB
        log = redex.log(LogFiles.NAME);
        byte[] oversize = new byte[1_000_000];
        new Random(1).nextBytes(oversize);
        for (int round = 0; round < 3; round++) {
            log.append(ByteBuffer.wrap(oversize), 1);
            LogFiles.append(log, "small");
        }
        LogFiles.force(log);
        assertThat(log.stats().segments()).isEqualTo(6);
        for (int session = 0; session < 2; session++) {
            for (int i = 0; i < 6; i++) {
                byte[] found = ((ReadResult.Present) log.read(i)).payload();
                assertThat(found)
                        .isEqualTo(i % 2 == 0 ? oversize : utf8("small").array());
            }
            redex.close();
            redex = files.open(store);
            log = redex.log(LogFiles.NAME);
        }
        assertThat(log.epoch()).isZero();
    }

    @Test
    void anOversizeFrameIsThereAfterTheProcessDied() throws Exception {
        redex.close();
        byte[] oversize = new byte[200_000];
        new Random(1).nextBytes(oversize);
        files.dieUnforced(log -> {
            LogFiles.append(log, "small");
            log.append(ByteBuffer.wrap(oversize), 1);
            LogFiles.append(log, "last");
        });
        redex = files.open(store);
        log = redex.log(LogFiles.NAME);

        assertThat(log.nextSequence()).isEqualTo(3);
        assertThat(((ReadResult.Present) log.read(1)).payload()).isEqualTo(oversize);
        assertThat(log.stats().quarantinedBytes()).isZero();
    }

    // --- no room

    @Test
    void onAFullDiskAppendsEndWithThePreparedRoomAndGoOnWhenThereIsMore() throws Exception {
        log.append(utf8("first"), 1);
        awaitRoom();
        byte[] payload = new byte[10_000];
        List<Long> appended = new ArrayList<>(List.of(0L));
        fillDisk(true);
        LogFullException refused = null;
        while (refused == null) {
            try {
                appended.add(log.append(ByteBuffer.wrap(payload), 1));
            } catch (LogFullException e) {
                refused = e;
            }
        }
        long full = log.nextSequence();
        assertThat(refused)
                .hasMessageContaining("log=orders")
                .hasMessageContaining("directory=" + files.directory)
                .hasMessageContaining("bytes=")
                .hasRootCause(FULL);
        assertThat(full).isGreaterThan(5);
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(LogFullException.class).isThrownBy(() -> log.append(ByteBuffer.wrap(payload), 1));
        }
        assertThat(log.nextSequence()).isEqualTo(full);
        assertThat(log.stats().failure()).isNull();
        LogFiles.force(log); // what is appended can still be forced

        fillDisk(false);
        for (int i = 0; i < 1_000; i++) {
            appended.add(log.append(ByteBuffer.wrap(payload), 1));
        }

        assertThat(appended)
                .hasSize(Math.toIntExact(log.nextSequence()))
                .isSorted()
                .doesNotHaveDuplicates();
        redex.close();
        reopen();
        assertThat(log.nextSequence()).isEqualTo(appended.size());
        assertThat(payloads(log)).hasSize(appended.size());
        assertThat(log.epoch()).isZero();
    }

    /** A smaller record may still fit where a larger one did not. */
    @Test
    void aRecordThatFitsIntoTheRoomLeftIsTaken() throws Exception {
        log.append(utf8("first"), 1);
        awaitRoom();
        fillDisk(true);
        assertThatExceptionOfType(LogFullException.class)
                .isThrownBy(() -> log.append(ByteBuffer.wrap(new byte[1_000_000]), 1));

        assertThat(log.append(utf8("second"), 1)).isEqualTo(1);

        assertThat(payloads(log)).containsExactly("first", "second");
    }

    @Test
    void aShortWriteOfZerosLeavesNoTrace() throws Exception {
        log.append(utf8("first"), 1);
        awaitRoom();
        store.shortWriteBytes = 1_000;
        fillDisk(true);
        assertThatExceptionOfType(LogFullException.class)
                .isThrownBy(() -> log.append(ByteBuffer.wrap(new byte[1_000_000]), 1));
        fillDisk(false);
        byte[] payload = new byte[1_000_000];
        new Random(1).nextBytes(payload);

        log.append(ByteBuffer.wrap(payload), 1);

        assertThat(((ReadResult.Present) log.read(1)).payload()).isEqualTo(payload);
    }

    /** Making room ahead may fail and be tried again: who appends finds out for itself whether there is any. */
    @Test
    void roomThatCannotBeMadeAheadIsNoFailureOfTheLog() throws Exception {
        store.onWrite = path -> {
            if (isPreparer()) {
                throw FULL;
            }
        };
        byte[] payload = new byte[50_000];
        for (int i = 0; i < 200; i++) {
            assertThat(log.append(ByteBuffer.wrap(payload), 1)).isEqualTo(i);
        }
        LogFiles.force(log);
        assertThat(log.stats().failure()).isNull();
        store.onWrite = path -> {};
        assertThat(payloads(log)).hasSize(200);
    }

    // --- forces of room

    /** The system tells of a failure once: if it is the preparing thread that hears of it, the next force must know. */
    @Test
    void aFailedForceOfRoomFailsTheNextForce() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        store.onForce = path -> {
            if (isPreparer()) {
                failed.countDown();
                throw new IOException("disk is gone, on purpose");
            }
        };
        log.append(utf8("a"), 1);
        LogFiles.await(failed);

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> log.whenForced(1).toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .havingCause()
                .isInstanceOf(LogFailedException.class)
                .withMessageContaining("an earlier force failed")
                .withStackTraceContaining("disk is gone");
        assertThat(log.forcedSequence()).isZero();
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> log.append(utf8("b"), 1));
    }

    /** It may hold the report that the force thread would have got; so who forces waits for it. */
    @Test
    void aForceThatOverlapsAFailedForceOfRoomFails() throws Exception {
        CountDownLatch preparing = new CountDownLatch(1);
        CountDownLatch forcing = new CountDownLatch(1);
        store.onForce = path -> {
            if (isPreparer()) {
                preparing.countDown();
                LogFiles.await(forcing);
                throw new IOException("disk is gone, on purpose");
            }
            if (Thread.currentThread().getName().equals("netbus-force")) {
                LogFiles.await(preparing);
                forcing.countDown();
            }
        };
        log.append(utf8("a"), 1);

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> log.whenForced(1).toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .withCauseInstanceOf(LogFailedException.class);
        assertThat(log.forcedSequence()).isZero();
    }

    // --- helpers

    private void fillDisk(boolean full) {
        store.usableBytes = full ? 0 : -1;
        store.onWrite = full
                ? path -> {
                    throw FULL;
                }
                : path -> {};
    }

    private static boolean isPreparer() {
        return Thread.currentThread().getName().equals("netbus-prepare");
    }

    /** Waits until the preparing thread has made what was asked for. */
    private void awaitRoom() {
        await().atMost(TIMEOUT)
                .until(() ->
                        !Objects.requireNonNull(((DiskLog) log).openWriter()).isPreparationDue());
    }
}
