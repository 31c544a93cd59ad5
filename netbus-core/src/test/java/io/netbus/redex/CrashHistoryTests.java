package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Long random histories of a log over several lives, each ended by a close, a kill or a power cut, with retention at work
 * and crashes inside recovery. What {@link CrashMatrixTests} does in full for short histories, this does by chance for long
 * ones.
 */
class CrashHistoryTests {

    private static final int HISTORIES = Boolean.getBoolean("netbus.torture") ? 50_000 : 600;
    private static final Logger REPORTS = Logger.getLogger("io.netbus.redex");

    @TempDir
    private Path base;

    @BeforeAll
    static void silenceTheLogsThatFailOnPurpose() {
        REPORTS.setLevel(Level.OFF);
    }

    @AfterAll
    static void letThemSpeakAgain() {
        REPORTS.setLevel(null);
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES) // with netbus.torture
    void everyHistoryIsKeptAsPromised() {
        long first = Long.getLong("netbus.seed", System.nanoTime());
        for (long seed = first; seed < first + HISTORIES; seed++) {
            History history = new History(seed);
            try {
                history.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dnetbus.seed=" + seed + "\n" + String.join("\n", history.calls), e);
            }
        }
    }

    private final class History {

        private final List<String> calls = new ArrayList<>();
        private final Random random;
        private final RedexConfig config;
        private final LogConfig own;
        private final List<byte[]> accepted = new ArrayList<>(); // those at the end may be unknown
        private SimulatedStore store;
        private long acknowledged;
        private long visible; // when the process was last seen alive
        private int epoch;

        History(long seed) {
            random = new Random(seed);
            store = new SimulatedStore(seed, base);
            config = LogFiles.CONFIG
                    .withForceInterval(Duration.ofHours(1))
                    .withWriteMode(random.nextBoolean() ? WriteMode.MAPPED : WriteMode.CHANNEL);
            Retention retention = random.nextInt(3) == 0 ? Retention.all().withMaxRecords(5) : Retention.all();
            own = config.logDefaults().withRetention(retention);
        }

        void run() {
            int lives = 1 + random.nextInt(4);
            for (int life = 0; life < lives; life++) {
                store.writeBack(random.nextBoolean() ? 0 : 0.2);
                if (random.nextInt(3) > 0) {
                    store.crashInside(1 + random.nextInt(60));
                }
                live();
                boolean power = random.nextBoolean();
                end(power ? (random.nextBoolean() ? store.crash(random) : store.unplugged()) : store.kill());
                if (random.nextInt(3) == 0) {
                    power |= dieInRecovery();
                }
                recover(power);
            }
        }

        /** A process that opens the log, works with it, and dies or closes it. */
        private void live() {
            @Nullable Redex redex = null;
            visible = 0;
            try {
                redex = DiskRedex.open(base, config, store);
                RedexLog log = redex.log(LogFiles.NAME, own);
                check(log);
                epoch = log.epoch();
                for (int i = random.nextInt(40); i > 0; i--) {
                    work(log, i);
                    if (!store.isDead()) {
                        visible = log.nextSequence();
                    }
                }
                if (random.nextBoolean()) {
                    redex.close();
                    if (!store.isDead()) {
                        acknowledged = accepted.size();
                    }
                    redex = null;
                }
            } catch (RuntimeException e) {
                if (!store.isDead()) {
                    throw e;
                }
            }
            store.die();
            if (redex != null) {
                redex.close();
            }
            assertThat(store.violations()).isEmpty();
        }

        private void work(RedexLog log, int stamp) {
            int what = random.nextInt(10);
            if (what < 4) {
                byte[] payload = payload(random.nextInt(3) == 0 ? 30_000 : 60);
                accepted.add(payload);
                assertThat(log.append(ByteBuffer.wrap(payload), stamp)).isEqualTo(accepted.size() - 1);
            } else if (what < 6) {
                int first = accepted.size();
                RecordBatch batch = new RecordBatch(100);
                for (int i = random.nextInt(5); i >= 0; i--) {
                    byte[] payload = payload(2000);
                    accepted.add(payload);
                    batch.add(payload);
                }
                assertThat(log.append(batch, stamp)).isEqualTo(first);
            } else if (what < 8) {
                byte[] payload = payload(100);
                accepted.add(payload);
                log.append(ByteBuffer.wrap(payload), stamp, Acknowledgement.FSYNCED);
                acknowledged = accepted.size();
            } else if (what == 8) {
                log.sync();
                acknowledged = accepted.size();
            } else {
                log.sweep();
            }
        }

        private byte[] payload(int mostBytes) {
            byte[] payload = new byte[random.nextInt(mostBytes)];
            random.nextBytes(payload);
            return payload;
        }

        /** Returns whether the power failed. */
        private boolean dieInRecovery() {
            store.crashInside(1 + random.nextInt(20));
            try (Redex redex = DiskRedex.open(base, config, store)) {
                redex.log(LogFiles.NAME, own);
            } catch (RuntimeException e) {
                if (!store.isDead()) {
                    throw e;
                }
            }
            store.die();
            boolean power = random.nextBoolean();
            end(power ? store.crash(random) : store.kill());
            return power;
        }

        private void end(SimulatedStore found) {
            calls.addAll(store.calls());
            calls.add("-- found " + found.contents().keySet());
            store = found;
            store.writeBack(random.nextBoolean() ? 0 : 0.2);
        }

        private void recover(boolean power) {
            try (Redex redex = DiskRedex.open(base, config, store)) {
                RedexLog log = redex.log(LogFiles.NAME, own);
                check(log);
                long next = log.nextSequence();
                if (next < visible) {
                    assertThat(power)
                            .as("only a power cut takes what was visible")
                            .isTrue();
                    assertThat(log.epoch()).isGreaterThan(epoch);
                    assertThat(log.validUpTo(epoch)).isLessThanOrEqualTo(next);
                }
                assertThat(log.epoch()).isGreaterThanOrEqualTo(epoch);
                assertThat(log.validUpTo(epoch)).isGreaterThanOrEqualTo(acknowledged);
                epoch = log.epoch();
                accepted.subList((int) next, accepted.size()).clear();
                byte[] one = {1};
                log.append(ByteBuffer.wrap(one), 0, Acknowledgement.FSYNCED);
                accepted.add(one);
                acknowledged = accepted.size();
            }
            calls.addAll(store.calls());
            calls.add("-- recovered");
        }

        private void check(RedexLog log) {
            assertThat(log.nextSequence()).isBetween(acknowledged, (long) accepted.size());
            List<Long> seen = new ArrayList<>();
            try (LogCursor cursor = log.cursor(0)) {
                cursor.read(
                        (sequence, stamp, payload) -> {
                            byte[] bytes = new byte[payload.remaining()];
                            payload.get(bytes);
                            assertThat(bytes).as("sequence=%d", sequence).isEqualTo(accepted.get((int) sequence));
                            return seen.add(sequence);
                        },
                        Integer.MAX_VALUE);
            }
            assertThat(seen).hasSize((int) (log.nextSequence() - log.firstSequence()));
        }
    }
}
