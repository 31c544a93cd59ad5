package io.netbus.cortex.tasks;

import java.util.Comparator;

/** By what tasks are ordered. Tasks that are equal in it are ordered by their id, so that every order is total. */
public enum TaskOrder {

    /** By id. */
    ID(Comparator.comparingLong(Task::id)),

    /** By the time of creation. */
    CREATED(Comparator.comparing(Task::createdAt).thenComparingLong(Task::id)),

    /** By the time of the last change. */
    UPDATED(Comparator.comparing(Task::updatedAt).thenComparingLong(Task::id));

    @SuppressWarnings("ImmutableEnumChecker") // these comparators hold no state
    private final Comparator<Task> comparator;

    TaskOrder(Comparator<Task> comparator) {
        this.comparator = comparator;
    }

    Comparator<Task> comparator() {
        return comparator;
    }
}
