package io.netbus.cortex.tasks;

import io.netbus.cortex.query.Direction;
import io.netbus.cortex.query.Limit;
import io.netbus.cortex.query.TextMatch;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks are wanted, and in what order. Immutable: each method returns a copy. Start at {@link #all()}.
 * <pre>{@code
 * TaskQuery.all().status(TaskStatus.PENDING).titleContains("invoice").orderBy(TaskOrder.CREATED, Direction.DESC).limit(10)
 * }</pre>
 *
 * @param status only tasks of that status; null for any
 * @param title only tasks whose title matches; null for any
 * @param order by what they are ordered, ties by id in the same direction
 * @param limit how many at most, after ordering
 */
public record TaskQuery(
        @Nullable TaskStatus status, @Nullable TextMatch title, TaskOrder order, Direction direction, Limit limit) {

    private static final TaskQuery ALL = new TaskQuery(null, null, TaskOrder.ID, Direction.ASC, Limit.NONE);

    /** All tasks by ascending id. */
    public static TaskQuery all() {
        return ALL;
    }

    /** Only tasks of that status; null for any. */
    public TaskQuery status(@Nullable TaskStatus wanted) {
        return new TaskQuery(wanted, title, order, direction, limit);
    }

    /** Only tasks whose title contains that text, whatever its case, as {@link TextMatch} defines it. */
    public TaskQuery titleContains(String text) {
        return new TaskQuery(status, TextMatch.containing(text), order, direction, limit);
    }

    /** In that order. */
    public TaskQuery orderBy(TaskOrder by, Direction towards) {
        return new TaskQuery(status, title, by, towards, limit);
    }

    /**
     * At most that many.
     *
     * @throws IllegalArgumentException if less than 1
     */
    public TaskQuery limit(int max) {
        return new TaskQuery(status, title, order, direction, new Limit(max));
    }

    boolean isFiltered() {
        return status != null || title != null;
    }

    boolean matches(Task task) {
        return (status == null || task.status() == status) && (title == null || title.matches(task.title()));
    }
}
