package io.netbus.cortex.query;

/**
 * How many results are wanted at most.
 *
 * @param max 1 or more
 */
public record Limit(int max) {

    /** As many as there are. */
    public static final Limit NONE = new Limit(Integer.MAX_VALUE);

    /** Rejects less than 1. */
    public Limit {
        if (max < 1) {
            throw new IllegalArgumentException(
                    "limit must be 1 or more: limit=" + max + "; to ask only for a number use count");
        }
    }
}
