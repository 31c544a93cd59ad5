package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A visible position apart from the written one, and records that are taken back above it. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class TruncationTests {

    private static final String LARGE = "x".repeat(40_000);

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path base;

    private LogFiles files;
    private Redex redex;
    private DiskLog log;

    @BeforeEach
    void open() {
        files = new LogFiles(base, mode);
        redex = files.open();
        log = (DiskLog) redex.log(LogFiles.NAME);
    }

    @AfterEach
    void close() {
        redex.close();
    }

    private void reopen() {
        redex.close();
        redex = files.open();
        log = (DiskLog) redex.log(LogFiles.NAME);
    }

    @Test
    void readersEndAtTheVisiblePosition() throws Exception {
        LogFiles.append(log, "a", "b");
        log.showBelow(2);
        RecordBatch batch = new RecordBatch(0).add(utf8("c")).add(utf8("d")).add(utf8("e"));
        log.append(batch, 1);
        LogFiles.append(log, "f");

        assertThat(log.writtenSequence()).isEqualTo(6);
        assertThat(log.nextSequence()).isEqualTo(2);
        assertThat(log.read(2)).isEqualTo(new ReadResult.Absent(2, 0, 2));
        assertThat(log.sequenceAt(Long.MAX_VALUE)).isEqualTo(2);
        try (LogCursor cursor = log.cursor(0)) {
            assertThat(cursor.read((sequence, stamp, payload) -> true, 10)).isEqualTo(2);
            assertThat(cursor.await(Duration.ZERO)).isFalse();
            log.showBelow(4); // in the midst of the batch
            assertThat(cursor.await(Duration.ZERO)).isTrue();
            assertThat(cursor.read((sequence, stamp, payload) -> true, 10)).isEqualTo(2);
            assertThat(cursor.position()).isEqualTo(4);
            log.showBelow(Long.MAX_VALUE);
            assertThat(cursor.read((sequence, stamp, payload) -> true, 10)).isEqualTo(2);
        }
        assertThat(LogFiles.payloads(log)).containsExactly("a", "b", "c", "d", "e", "f");
    }

    @Test
    void whatIsTakenBackIsGoneAndItsSequencesAreGivenAgain() throws IOException {
        for (int visible = 0; visible < 4; visible++) {
            for (List<String> hidden : List.of(List.of("u"), List.of("u", LARGE), List.of(LARGE, LARGE, "u", LARGE))) {
                redex.delete(LogFiles.NAME);
                log = (DiskLog) redex.log(LogFiles.NAME);
                List<String> kept = List.of("a", LARGE, "c", "d").subList(0, visible);
                LogFiles.append(log, kept.toArray(String[]::new));
                log.showBelow(visible);
                LogFiles.append(log, hidden.toArray(String[]::new));

                log.truncateFrom(visible);

                assertThat(log.writtenSequence()).isEqualTo(visible);
                assertThat(log.epoch()).isEqualTo(1);
                assertThat(log.epochStart()).isEqualTo(visible);
                assertThat(log.validUpTo(0)).isEqualTo(visible);
                assertThat(LogFiles.payloads(log)).isEqualTo(kept);
                LogFiles.append(log, "new", LARGE, "newer");
                assertThat(log.nextSequence()).isEqualTo(visible);
                log.showBelow(Long.MAX_VALUE);
                for (int opened = 0; opened < 2; opened++) {
                    List<String> expected = new ArrayList<>(kept);
                    expected.addAll(List.of("new", LARGE, "newer"));
                    assertThat(LogFiles.payloads(log)).isEqualTo(expected);
                    assertThat(log.nextSequence()).isEqualTo(visible + 3);
                    assertThat(log.epoch()).isEqualTo(1);
                    assertThat(log.recovery()).isEmpty();
                    reopen();
                }
                assertThat(SmallLog.verify(base).findings())
                        .filteredOn(finding -> finding.kind() == LogFinding.Kind.DAMAGE)
                        .isEmpty();
            }
        }
    }

    @Test
    void onlyWhatNobodySawIsTakenBackAndWholeAppendsOnly() {
        LogFiles.append(log, "a", "b");
        log.showBelow(2);
        log.append(new RecordBatch(0).add(utf8("c")).add(utf8("d")), 1);

        assertThatIllegalArgumentException().isThrownBy(() -> log.truncateFrom(1));
        assertThatIllegalArgumentException().isThrownBy(() -> log.truncateFrom(3));
        assertThatIllegalArgumentException().isThrownBy(() -> log.truncateFrom(5));

        assertThat(log.writtenSequence()).isEqualTo(4);
        log.showBelow(Long.MAX_VALUE);
        assertThat(LogFiles.payloads(log)).containsExactly("a", "b", "c", "d");
        assertThat(log.epoch()).isZero();
        log.append(utf8("e"), 1);
    }

    @Test
    void aReaderKeepsNothingOfWhatWasTakenBack() {
        LogFiles.append(log, "a", "b");
        log.showBelow(2);
        LogFiles.append(log, "old", "old too");
        try (LogCursor cursor = log.cursor(0)) {
            assertThat(cursor.read((sequence, stamp, payload) -> true, 10)).isEqualTo(2);
            log.truncateFrom(2);
            LogFiles.append(log, "new");
            log.showBelow(Long.MAX_VALUE);
            cursor.read(
                    (sequence, stamp, payload) -> {
                        assertThat(LogFiles.copy(payload)).isEqualTo(LogFiles.copy(utf8("new")));
                        return true;
                    },
                    10);
            assertThat(cursor.position()).isEqualTo(3);
        }
    }

    @Test
    void whoWaitsForWhatIsTakenBackIsTold() throws IOException {
        redex.close();
        FaultyStore store = new FaultyStore();
        redex = files.open(store);
        log = (DiskLog) redex.log(LogFiles.NAME);
        LogFiles.append(log, "a");
        log.showBelow(1);
        LogFiles.append(log, "b");
        log.truncateFrom(1);
        assertThat(log.forcedSequence()).isEqualTo(1);
        LogFiles.append(log, "c");
        CompletableFuture<Void> done = log.whenForced(2).toCompletableFuture();
        done.join();
        assertThatIllegalArgumentException().isThrownBy(() -> log.whenForced(3));

        store.onForce = FaultyStore.failing("on purpose");
        LogFiles.append(log, "d");
        assertThatExceptionOfType(RedexException.class).isThrownBy(() -> log.truncateFrom(2));
        assertThatExceptionOfType(LogFailedException.class).isThrownBy(() -> LogFiles.append(log, "e"));
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> log.whenForced(3).toCompletableFuture().join());
        assertThat(log.nextSequence()).isEqualTo(1);
    }
}
