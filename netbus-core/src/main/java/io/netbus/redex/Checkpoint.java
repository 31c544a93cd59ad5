package io.netbus.redex;

import java.util.ArrayList;
import java.util.List;

/**
 * What a log remembers beside its segments; bytes in {@link CheckpointLayout}.
 *
 * @param generation counts the checkpoints of a log from 1
 * @param logStart records below it are dropped, even where a crash left their files
 * @param epochs where the epochs of the log started, ascending, the newest last
 */
record Checkpoint(long generation, long logId, long logStart, List<Epoch> epochs) {

    /** The first sequence written under an epoch. */
    record Epoch(int epoch, long start) {}

    Checkpoint {
        epochs = List.copyOf(epochs);
    }

    static Checkpoint of(SegmentHead head, long logStart) {
        return new Checkpoint(1, head.logId(), logStart, List.of(new Epoch(head.epoch(), head.epochStart())));
    }

    Checkpoint withLogStart(long start) {
        return new Checkpoint(generation, logId, start, epochs);
    }

    /** The same, to be written after this one. */
    Checkpoint next() {
        return new Checkpoint(generation + 1, logId, logStart, epochs);
    }

    /** With the epoch of a segment, if it is not known yet. */
    Checkpoint with(SegmentHead head) {
        Epoch newest = epochs.get(epochs.size() - 1);
        if (head.epoch() <= newest.epoch()) {
            return this;
        }
        List<Epoch> more = new ArrayList<>(epochs);
        more.add(new Epoch(head.epoch(), head.epochStart()));
        int forgotten = Math.max(0, more.size() - CheckpointLayout.MAX_EPOCHS);
        return new Checkpoint(generation, logId, logStart, more.subList(forgotten, more.size()));
    }

    /** Up to where positions remembered under an epoch mean the same records still. */
    long validUpTo(int epoch, long nextSequence) {
        if (epoch >= epochs.get(epochs.size() - 1).epoch()) {
            return nextSequence;
        }
        for (Epoch later : epochs) {
            if (later.epoch() == epoch + 1) {
                return later.start();
            }
        }
        return logStart; // so many epochs ago that nobody knows
    }
}
