package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A clock that jumps, as the stamps of what is appended and as what tells how old that is. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class ClockTests {

    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration AGE = Duration.ofHours(10);
    private static final String FILL = "x".repeat(20_000); // three to a segment

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path base;

    private final Random random = new Random(Long.getLong("netbus.seed", System.nanoTime()));
    private final List<Long> stamps = new ArrayList<>(); // of all records, as they must be
    private volatile Instant now = START;
    private Redex redex;
    private RedexLog log;

    @BeforeEach
    void open() {
        InstantSource clock = () -> now;
        RedexConfig config = LogFiles.RARELY.withWriteMode(mode);
        redex = DiskRedex.open(base, config, new FileStore(), clock);
        log = redex.log(
                LogFiles.NAME,
                config.logDefaults().withRetention(Retention.all().withMaxAge(AGE)));
    }

    @AfterEach
    void close() {
        redex.close();
    }

    @Test
    void stampsStayMonotoneAndTimesAreFoundWhileTheClockJumpsAlsoOverRestarts() {
        redex.close();
        redex = Redex.onDisk(base, LogFiles.RARELY.withWriteMode(mode));
        log = redex.log(LogFiles.NAME);
        for (int session = 0; session < 5; session++) {
            for (int i = 0; i < 40; i++) {
                advance(random.nextInt(5) == 0 ? -random.nextInt(500) : random.nextInt(100));
                append();
            }
            assertStamps();
            redex.close();
            redex = Redex.onDisk(base, LogFiles.RARELY.withWriteMode(mode));
            log = redex.log(LogFiles.NAME);
            assertStamps();
        }
    }

    @Test
    void aClockThatJumpsBackTakesNothingTooEarlyAndNothingIsKeptForever() {
        appendMany(20);
        advance(9 * 60);
        appendMany(20); // raised to the first ones' time, or later than it
        advance(-20 * 60); // the clock is wrong
        log.sweep();
        assertThat(log.firstSequence()).isZero();

        long wrong = log.nextSequence();
        appendMany(20); // stamped as the last before the jump
        assertThat(stamps.get((int) wrong)).isEqualTo(stamps.get((int) wrong - 1));
        log.sweep();
        assertThat(log.firstSequence()).isZero();
        reopen();
        log.sweep();
        assertThat(log.firstSequence()).isZero();

        now = START.plus(AGE); // exactly that old: kept
        log.sweep();
        assertThat(log.firstSequence()).isZero();
        advance(1);
        log.sweep();
        assertThat(log.firstSequence()).isBetween(18L, 20L); // whole segments go
        now = START.plus(AGE).plus(AGE);
        log.sweep();
        assertThat(log.firstSequence()).isEqualTo(log.nextSequence());
        assertThat(log.nextSequence()).isEqualTo(60);
        append();
        assertStamps();
    }

    /** What was stamped while the clock was ahead, and what came after and may not be stamped lower, goes when that time has come. */
    @Test
    void whatAClockThatWasAheadHasStampedGoesInItsTime() {
        appendMany(10);
        advance(24 * 60);
        appendMany(10);
        now = START;
        appendMany(10);
        assertThat(stamps.get(29)).isEqualTo(nanos(START.plus(Duration.ofDays(1))));
        reopen();

        now = START.plus(AGE).plusSeconds(60);
        log.sweep();
        assertThat(log.firstSequence()).isBetween(8L, 10L);
        now = START.plus(Duration.ofDays(1)).plus(AGE);
        log.sweep();
        assertThat(log.firstSequence()).isBetween(8L, 10L);
        assertStamps();
        advance(1);
        log.sweep();
        assertThat(log.firstSequence()).isEqualTo(30);
        assertThat(log.nextSequence()).isEqualTo(30);
        reopen();
        append();
        assertThat(log.firstSequence()).isEqualTo(30);
        assertStamps();
    }

    // --- helpers

    private void advance(int minutes) {
        now = now.plus(Duration.ofMinutes(minutes));
    }

    private void append() {
        long last = stamps.isEmpty() ? Long.MIN_VALUE : stamps.get(stamps.size() - 1);
        stamps.add(Math.max(last, nanos(now)));
        assertThat(log.append(utf8(FILL), nanos(now))).isEqualTo(stamps.size() - 1);
    }

    private void appendMany(int count) {
        for (int i = 0; i < count; i++) {
            append();
        }
    }

    private void reopen() {
        redex.close();
        open();
        assertThat(log.recovery()).isEmpty();
    }

    /** Each record that is kept has the stamp it must have, and every time is found as by looking at all of them. */
    private void assertStamps() {
        int first = (int) log.firstSequence();
        List<Long> found = new ArrayList<>();
        try (LogCursor cursor = log.cursor(0)) {
            cursor.read((sequence, stamp, payload) -> found.add(stamp), Integer.MAX_VALUE);
        }
        assertThat(found).isEqualTo(stamps.subList(first, stamps.size())).isSorted();
        for (long stamp : found) {
            for (long time = stamp - 1; time <= stamp + 1; time++) {
                int expected = first;
                while (expected < stamps.size() && stamps.get(expected) < time) {
                    expected++;
                }
                assertThat(log.sequenceAt(time)).isEqualTo(expected);
            }
        }
    }

    private static long nanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }
}
