package io.netbus.redex;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Who needs which records of a log. <b>Threads:</b> any, but taking a hold and breaking one exclude each other. */
final class LogHolds {

    private static final Logger LOG = System.getLogger(LogHolds.class.getName());

    private final String log;
    private final ConcurrentHashMap<String, Hold> holds = new ConcurrentHashMap<>();
    private final AtomicLong broken = new AtomicLong();

    LogHolds(String log) {
        this.log = log;
    }

    LogHold take(String owner, long sequence, long firstSequence) {
        if (sequence < 0) {
            throw new IllegalArgumentException(
                    "sequence must not be negative: log=" + log + ", owner=" + owner + ", sequence=" + sequence);
        }
        Hold hold = new Hold(owner, sequence);
        hold.broken = sequence < firstSequence;
        holds.put(owner, hold);
        return hold;
    }

    /** The lowest sequence that anybody needs. */
    long lowest() {
        long lowest = Long.MAX_VALUE;
        for (Hold hold : holds.values()) {
            lowest = Math.min(lowest, hold.sequence());
        }
        return lowest;
    }

    /** Tells those who need more that records below a sequence are gone. */
    void breakBelow(long firstSequence) {
        for (Hold hold : holds.values()) {
            if (hold.sequence() < firstSequence && !hold.broken) {
                hold.broken = true;
                broken.incrementAndGet();
                LOG.log(
                        Level.WARNING,
                        "hold broken by the log's hard limit: log=" + log + ", owner=" + hold.owner + ", sequence="
                                + hold.sequence() + ", firstSequence=" + firstSequence);
            }
        }
    }

    /** How often a hold was broken. */
    long brokenCount() {
        return broken.get();
    }

    /** By owner. */
    List<RedexLogStats.Hold> stats() {
        return holds.values().stream()
                .map(hold -> new RedexLogStats.Hold(
                        hold.owner, hold.sequence(), System.nanoTime() - hold.sinceNanos, hold.broken))
                .sorted(Comparator.comparing(RedexLogStats.Hold::owner))
                .toList();
    }

    /** By any thread. */
    private final class Hold implements LogHold {

        private final String owner;
        private final AtomicLong sequence;
        private final long sinceNanos = System.nanoTime();
        private volatile boolean broken;

        private Hold(String owner, long sequence) {
            this.owner = owner;
            this.sequence = new AtomicLong(sequence);
        }

        @Override
        public String owner() {
            return owner;
        }

        @Override
        public long sequence() {
            return sequence.get();
        }

        @Override
        public void moveTo(long target) {
            sequence.accumulateAndGet(target, Math::max);
        }

        @Override
        public boolean isBroken() {
            return broken;
        }

        @Override
        public void close() {
            holds.remove(owner, this);
        }
    }
}
