package io.netbus.cortex;

import java.time.Clock;

/**
 * Immutable settings of a {@link Cortex}.
 *
 * @param clock stamps what is written; default the system's
 */
public record CortexConfig(Clock clock) {

    /** The defaults named above. */
    public static CortexConfig defaults() {
        return new CortexConfig(Clock.systemUTC());
    }

    /** A copy with another {@link #clock()}. */
    public CortexConfig withClock(Clock other) {
        return new CortexConfig(other);
    }
}
