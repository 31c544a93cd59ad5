package io.netbus.shard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What became of the records offered to one lane: written by whoever has claimed the lane, read by any thread.
 * <p>
 * {@code offered} is raised first and {@code completed} last, each with an ordered store. A reader that finds the
 * {@code offered} it reads last equal to the {@code completed} it read first has seen no call in between: what it read
 * is one instant ({@code LaneSnapshotStress}, {@code DrainedSnapshotStress}). {@code completed} is no term of the law,
 * so a wrong counter still shows.
 */
abstract class LaneCounters {

    private static final VarHandle OFFERED = handle("offered");
    private static final VarHandle COMPLETED = handle("completed");
    private static final VarHandle ACCEPTED = handle("accepted");
    private static final VarHandle REFUSED = handle("refused");
    private static final VarHandle TIMED_OUT = handle("timedOut");
    private static final VarHandle DUPLICATE = handle("duplicate");
    private static final VarHandle REJECTED = handle("rejected");

    private long offered;
    private long accepted;
    private long refused;
    private long timedOut;
    private long duplicate;
    private long rejected;
    private long completed;

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(LaneCounters.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final void beginCall() {
        OFFERED.setRelease(this, offered + 1);
    }

    final void endCall() {
        COMPLETED.setRelease(this, completed + 1);
    }

    final void countAccepted() {
        ACCEPTED.setRelease(this, accepted + 1);
    }

    /** Counts a record that was accepted and could be taken back before anybody read it. */
    final void turnAcceptedIntoRejected() {
        ACCEPTED.setRelease(this, accepted - 1);
        REJECTED.setRelease(this, rejected + 1);
    }

    /** Counts an offer that was refused because there is no room, it is too large, or the way out has failed. */
    public final void countRefused() {
        beginCall();
        REFUSED.setRelease(this, refused + 1);
        endCall();
    }

    /** Counts an offer that waited for room in vain. */
    public final void countTimedOut() {
        beginCall();
        TIMED_OUT.setRelease(this, timedOut + 1);
        endCall();
    }

    /** Counts an offer of something accepted before. */
    public final void countDuplicate() {
        beginCall();
        DUPLICATE.setRelease(this, duplicate + 1);
        endCall();
    }

    /** Counts an offer that came after the close. */
    public final void countRejected() {
        beginCall();
        REJECTED.setRelease(this, rejected + 1);
        endCall();
    }

    final long completedAcquire() {
        return (long) COMPLETED.getAcquire(this);
    }

    final long offeredOpaque() {
        return (long) OFFERED.getOpaque(this);
    }

    final long acceptedAcquire() {
        return (long) ACCEPTED.getAcquire(this);
    }

    /** Adds these counters to {@code sum}; exact only between two equal reads, see the class. */
    final void addTo(ShardCounters sum) {
        sum.accepted += (long) ACCEPTED.getAcquire(this);
        sum.refused += (long) REFUSED.getAcquire(this);
        sum.timedOut += (long) TIMED_OUT.getAcquire(this);
        sum.duplicate += (long) DUPLICATE.getAcquire(this);
        sum.rejected += (long) REJECTED.getAcquire(this);
    }
}
