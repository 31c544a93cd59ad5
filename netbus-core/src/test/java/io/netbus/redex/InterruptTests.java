package io.netbus.redex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that are interrupted at random while they use a log in every way. */
@ParameterizedClass
@EnumSource(WriteMode.class)
@SuppressWarnings("NullAway") // the mode is set by JUnit
class InterruptTests {

    private static final boolean TORTURE = Boolean.getBoolean("netbus.torture");
    private static final int APPENDERS = 2;
    private static final int RECORDS = TORTURE ? 30_000 : 600; // of each appender
    private static final int KEPT = 300;
    private static final int MAX_FILL_BYTES = 1_000;
    private static final int AS_LONG_AS_OTHERS_APPEND = Integer.MAX_VALUE;

    @Parameter
    private WriteMode mode;

    @TempDir
    private Path base;

    private final long seed = Long.getLong("netbus.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Victim> victims = new ArrayList<>();
    private final AtomicInteger appending = new AtomicInteger(APPENDERS);
    private final int[] nextOf = new int[APPENDERS]; // what the cursor has to find of each appender
    private Redex redex;
    private RedexLog log;
    private LogHold hold;
    private LogHold tailed;
    private LogCursor cursor;

    /** What is done again and again. */
    @FunctionalInterface
    private interface Turn {
        void run(int turn) throws Exception;
    }

    /** Looks for an interrupt after each turn, and gets the next only when it has seen the last: it misses none. */
    private final class Victim extends Thread {

        private final int turns;
        private final Turn turn;
        private int sent;
        private int seen;
        private boolean done;
        private @Nullable Throwable failure;

        private Victim(String name, int turns, Turn turn) {
            super("test-" + name);
            this.turns = turns;
            this.turn = turn;
        }

        @Override
        public void run() {
            try {
                for (int i = 0; i < turns && (turns < AS_LONG_AS_OTHERS_APPEND || appending.get() > 0); i++) {
                    turn.run(i);
                    look(false);
                }
            } catch (Throwable e) {
                failure = e;
            } finally {
                look(true);
                if (turns < AS_LONG_AS_OTHERS_APPEND) {
                    appending.decrementAndGet();
                }
            }
        }

        private synchronized void look(boolean last) {
            if (Thread.interrupted()) {
                seen++;
            }
            done |= last;
        }

        private synchronized void interruptOnce() {
            if (sent == seen && !done) {
                sent++;
                interrupt();
            }
        }
    }

    @BeforeEach
    void open() {
        redex = Redex.onDisk(base, LogFiles.CONFIG.withWriteMode(mode));
        LogConfig config = redex.logDefaults().withRetention(Retention.all().withMaxRecords(KEPT));
        log = redex.log(LogFiles.NAME, config);
        hold = log.hold("cursor", 0);
        tailed = log.hold("tail", 0);
        cursor = log.cursor(0);
    }

    @AfterEach
    void close() {
        redex.close();
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES) // with netbus.torture
    void randomInterruptsFailNoLogLoseNothingAndAreKept() throws Exception {
        for (int i = 0; i < APPENDERS; i++) {
            int appender = i;
            victims.add(new Victim("append-" + i, RECORDS, turn -> append(appender, turn)));
        }
        int others = AS_LONG_AS_OTHERS_APPEND;
        victims.add(new Victim("cursor", others, turn -> readOn()));
        victims.add(new Victim("read", others, this::readOne));
        victims.add(new Victim("sync", others, turn -> sync()));
        victims.add(new Victim("sweep", others, turn -> log.sweep()));
        victims.add(new Victim("tail", others, turn -> tail()));
        victims.add(new Victim("open", others, this::openAnother));
        victims.forEach(Thread::start);
        while (victims.stream().anyMatch(Thread::isAlive)) {
            victims.get(random.nextInt(victims.size())).interruptOnce();
            LockSupport.parkNanos(random.nextInt(100_000));
        }
        for (Victim victim : victims) {
            victim.join();
            String where = "thread=" + victim.getName() + ", seed=" + seed;
            if (victim.failure != null) {
                throw new AssertionError(where, victim.failure);
            }
            assertThat(victim.sent).as(where).isPositive();
            assertThat(victim.seen).as(where).isEqualTo(victim.sent);
        }
        long next = (long) APPENDERS * RECORDS;
        readOn();
        assertThat(nextOf).as("seed=%d", seed).containsOnly(RECORDS);
        assertThat(log.nextSequence()).as("seed=%d", seed).isEqualTo(next);
        assertThat(log.stats().failure()).as("seed=%d", seed).isNull();
        assertThat(log.stats().damagedRecords()).as("seed=%d", seed).isZero();
        assertThat(log.stats().brokenHolds()).as("seed=%d", seed).isZero();
        tailed.close();
        log.sweep();
        long first = log.firstSequence();
        assertThat(first).as("seed=%d", seed).isPositive();
        redex.close();
        redex = Redex.onDisk(base, LogFiles.CONFIG.withWriteMode(mode));
        log = redex.log(LogFiles.NAME);
        assertThat(log.recovery()).as("seed=%d", seed).isEmpty();
        assertThat(log.firstSequence()).as("seed=%d", seed).isEqualTo(first);
        for (long sequence = first; sequence < next; sequence++) {
            assertWhole(((ReadResult.Present) log.read(sequence)).payload());
        }
    }

    // --- what the victims do; nothing of it is ended by an interrupt

    private void append(int appender, int number) {
        Acknowledgement level = number % 3 == 0 ? Acknowledgement.FSYNCED : Acknowledgement.WRITTEN;
        log.append(ByteBuffer.wrap(payload(appender, number)), number, level);
    }

    private void readOn() {
        cursor.read(
                (sequence, stamp, payload) -> {
                    byte[] copy = LogFiles.copy(payload);
                    assertWhole(copy);
                    int appender = ByteBuffer.wrap(copy).getInt();
                    assertThat(ByteBuffer.wrap(copy).getInt(Integer.BYTES)).isEqualTo(nextOf[appender]++);
                    return true;
                },
                Integer.MAX_VALUE);
        hold.moveTo(cursor.position());
    }

    private void readOne(int turn) {
        ReadResult result = log.read(new Random(turn).nextLong(Math.max(1, log.nextSequence())));
        if (result instanceof ReadResult.Present present) {
            assertWhole(present.payload());
        } else {
            assertThat(result).isNotInstanceOf(ReadResult.Corrupt.class);
        }
        assertThat(log.sequenceAt(turn % RECORDS)).isNotNegative();
    }

    private void sync() {
        long next = log.nextSequence();
        log.sync();
        assertThat(log.forcedSequence()).isGreaterThanOrEqualTo(next);
    }

    private void tail() {
        long start = Math.max(0, log.nextSequence() - KEPT / 10);
        tailed.moveTo(start);
        long end = log.nextSequence();
        Follower follower = new Follower(start);
        log.tail(TailStart.at(start)).subscribe(follower);
        while (follower.next < end && follower.failure == null) {
            Thread.onSpinWait();
        }
        follower.subscription.cancel();
        assertThat(follower.failure).isNull();
    }

    private void openAnother(int turn) {
        RedexLog other = redex.log("other-" + turn % 3);
        long sequence = other.append(ByteBuffer.wrap(payload(turn, turn)), 1);
        assertWhole(((ReadResult.Present) other.read(sequence)).payload());
        other.close();
        if (turn % 5 == 4) {
            assertThat(redex.delete("other-" + turn % 3)).isTrue();
        }
    }

    /** Counts the records of a tail. */
    private static final class Follower implements Flow.Subscriber<LogRecord> {

        private volatile long next;
        private volatile @Nullable Throwable failure;
        private volatile Flow.Subscription subscription;

        private Follower(long next) {
            this.next = next;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(LogRecord record) {
            if (record.sequence() != next) {
                failure = new AssertionError("expected=" + next + ", record=" + record);
            }
            next = record.sequence() + 1;
        }

        @Override
        public void onError(Throwable cause) {
            failure = cause;
        }

        @Override
        public void onComplete() {
            failure = new AssertionError("completed");
        }
    }

    // --- records

    private static byte[] payload(int appender, int number) {
        Random fill = new Random(31L * appender + number);
        byte[] bytes = new byte[2 * Integer.BYTES + fill.nextInt(MAX_FILL_BYTES)];
        fill.nextBytes(bytes);
        ByteBuffer.wrap(bytes).putInt(appender).putInt(number);
        return bytes;
    }

    private static void assertWhole(byte[] bytes) {
        ByteBuffer head = ByteBuffer.wrap(bytes);
        assertThat(bytes).isEqualTo(payload(head.getInt(), head.getInt()));
    }
}
