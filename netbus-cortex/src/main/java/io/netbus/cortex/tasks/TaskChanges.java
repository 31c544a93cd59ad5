package io.netbus.cortex.tasks;

import io.netbus.cortex.fold.Outcome;
import java.util.Optional;

/**
 * What a mapping changes in the tasks. It sees its own earlier changes, those of the page's earlier events, and every
 * write before the page; no other write comes between. Outcomes and titles are as in {@link TasksRepository}. Nothing
 * is stored before the whole page is. Valid only during the call it is handed to, on that thread; later calls throw
 * {@link IllegalStateException}.
 */
public interface TaskChanges {

    /** The task of that id. */
    Optional<Task> findById(long id);

    /** Adds a pending task of that id. {@link Outcome#REJECTED} if there is one already. */
    Outcome create(long id, String title);

    /** Gives the task another title. */
    Outcome rename(long id, String title);

    /** Marks the task as done. */
    Outcome complete(long id);

    /** Marks the task as still to be done. */
    Outcome reopen(long id);

    /** Removes the task. {@link Outcome#REJECTED} if there is none. */
    Outcome delete(long id);
}
