package io.netbus.bus;

import java.time.Duration;

/**
 * How a bus closed.
 *
 * @param lostEvents accepted events that were not written before the deadline
 * @param unforcedEvents events that are written but may not survive a power cut
 * @param took how long the close took
 */
public record CloseReport(long lostEvents, long unforcedEvents, Duration took) {

    /** Whether everything accepted is forced to disk. */
    public boolean isClean() {
        return lostEvents == 0 && unforcedEvents == 0;
    }
}
