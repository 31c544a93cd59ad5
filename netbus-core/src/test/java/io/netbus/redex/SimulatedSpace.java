package io.netbus.redex;

import java.util.ArrayList;
import java.util.List;

/** A disk's sectors, and what was done to files that would have killed a real process. */
final class SimulatedSpace {

    private static final long PLENTY = 1L << 32; // sectors, 2 TiB

    final List<String> violations = new ArrayList<>();

    private long limit = PLENTY;
    private long used;

    /** Allows that many bytes in all, those in use included. */
    void limit(long bytes) {
        limit = bytes / Sectors.BYTES;
    }

    long usedBytes() {
        return used * Sectors.BYTES;
    }

    long leftBytes() {
        return Math.max(0, limit - used) * Sectors.BYTES;
    }

    /** Takes a sector; false if none is left. */
    boolean take() {
        if (used >= limit) {
            return false;
        }
        used++;
        return true;
    }

    /** Counts sectors that are in use already. */
    void add(int sectors) {
        used += sectors;
    }

    void give(int sectors) {
        used -= sectors;
    }
}
