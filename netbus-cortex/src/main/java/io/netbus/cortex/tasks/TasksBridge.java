package io.netbus.cortex.tasks;

import io.netbus.event.StoredEvent;

/**
 * Makes tasks of a channel's events, each event exactly once, also across crashes and restarts.
 * <p>
 * {@link #map} runs on the bridge's thread, {@code netbus-bridge-<name>}, while other writers of the tasks wait: it
 * must be quick, and must neither write through a {@link TasksRepository} nor wait for a thread that does. After a
 * crash an event may be mapped again if its changes were not stored, so it should change nothing but the tasks, and
 * depend only on the event and what it finds in them.
 */
public interface TasksBridge {

    /** The name its position is remembered by; 1 to 100 of {@code a-z 0-9 . _ -}, unique among the tasks' bridges. */
    String name();

    /** The channel whose events it maps, for those who look up the source by name. */
    default String channel() {
        return "events";
    }

    /**
     * Maps one event. If it throws, its changes are dropped, the event is counted as quarantined, and the bridge goes
     * on.
     */
    void map(StoredEvent event, TaskChanges tasks) throws Exception;
}
