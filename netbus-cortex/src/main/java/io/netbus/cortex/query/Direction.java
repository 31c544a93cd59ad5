package io.netbus.cortex.query;

import java.util.Comparator;

/** Which end of an order comes first. One is the exact reverse of the other, ties included. */
public enum Direction {

    /** Lowest first. */
    ASC,

    /** Highest first. */
    DESC;

    /** That order in this direction. */
    public <T> Comparator<T> apply(Comparator<T> ascending) {
        return this == ASC ? ascending : ascending.reversed();
    }
}
