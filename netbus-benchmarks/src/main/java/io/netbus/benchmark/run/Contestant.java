package io.netbus.benchmark.run;

import java.util.List;

/**
 * One way to do a row's work.
 *
 * @param name {@code netbus}, {@code floor-…}, or a peer in kebab case
 * @param parameters what distinguishes it from others of that name; may be empty
 * @param note what a reader must know to compare fairly, such as a durability class; may be empty
 * @param flags JVM flags it cannot run without
 * @param body runs in a JVM of its own
 */
public record Contestant(String name, String parameters, String note, List<String> flags, Body body) {

    /** The product. */
    public static final String NETBUS = "netbus";

    /** Measures itself. */
    @FunctionalInterface
    public interface Body {

        /** Warms up, measures, verifies, and reports through {@code fork}. */
        void run(Fork fork) throws Exception;
    }

    /** Name and parameters, unique in a row. */
    public String key() {
        return parameters.isEmpty() ? name : name + "[" + parameters + "]";
    }

    /** Whether it is netbus itself. */
    public boolean isNetbus() {
        return name.equals(NETBUS);
    }

    /** Whether it is the simplest code that does the physical work, and not a competitor. */
    public boolean isFloor() {
        return name.startsWith("floor-");
    }

    /** Whether it is somebody else's library. */
    public boolean isPeer() {
        return !isNetbus() && !isFloor();
    }
}
