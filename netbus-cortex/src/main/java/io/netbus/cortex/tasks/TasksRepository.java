package io.netbus.cortex.tasks;

import io.netbus.cortex.fold.DurabilityUnknownException;
import io.netbus.cortex.fold.FoldClosedException;
import io.netbus.cortex.fold.FoldHaltedException;
import io.netbus.cortex.fold.Outcome;
import io.netbus.cortex.fold.WriteInsideFoldException;
import io.netbus.cortex.fold.WriteResult;
import io.netbus.event.Durability;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;

/**
 * The tasks: commands, questions and watchers.
 * <p>
 * <b>Commands</b> return an {@link Outcome} as a value: {@code APPLIED}; {@code NO_OP} if the task already is so;
 * {@code REJECTED} with a reason if it does not exist or, for create, does. Only {@code APPLIED} appends. When a
 * command returns, every thread sees it, and it has survived what the durability level says, {@link
 * Durability#FSYNCED} unless {@link #withDurability another} was asked for. They block for that, throw {@link
 * DurabilityUnknownException} if the wait was interrupted or the disk failed, {@link WriteInsideFoldException} inside a
 * mapping, {@link FoldClosedException} after close. Repeating a command is safe.
 * <p>
 * <b>Titles</b> are 1 to 4,096 bytes of UTF-8, blank or not; others throw {@link IllegalArgumentException}.
 * <p>
 * <b>Questions</b> never wait for a writer or a disk, and each is answered from one version of all tasks. What was
 * written below FSYNCED, or is just being forced, is seen too, and a power cut may take it back. Lists are immutable.
 * After close they answer with the last version.
 * <p>
 * Everything here throws {@link FoldHaltedException} while the model is halted. <b>Threads:</b> any.
 */
public interface TasksRepository {

    /** Adds a pending task of that id. {@code REJECTED} if there is one already. */
    WriteResult create(long id, String title);

    /** Gives the task another title. */
    WriteResult rename(long id, String title);

    /** Marks the task as done. */
    WriteResult complete(long id);

    /** Marks the task as still to be done. */
    WriteResult reopen(long id);

    /** Removes the task; its id may be created again. {@code REJECTED} if there is none. */
    WriteResult delete(long id);

    /**
     * The same tasks, with commands that return at another level. {@link Durability#MEMORY} is treated as {@link
     * Durability#WRITTEN}: nothing is visible here before it is in the log.
     */
    TasksRepository withDurability(Durability level);

    /** The task of that id. */
    Optional<Task> findById(long id);

    /** The tasks the query asks for, in its order. */
    List<Task> find(TaskQuery query);

    /** How many tasks match the query; its limit plays no part. */
    long count(TaskQuery query);

    /** Whether a task matches the query. */
    boolean exists(TaskQuery query);

    /**
     * Emits the tasks the query asks for, again after each change to them.
     * <ul>
     * <li>At subscription: the current result, even if empty.
     * <li>After a change: the newest result, unless it equals the last one emitted.
     * <li>Slow subscriber: sees the newest result when it asks, and skips those between.
     * <li>End: completes on close; fails with {@link FoldHaltedException} when the model halts.
     * <li>Thread: {@code netbus-watch}, never the writer's; move long work away with {@code publishOn}.
     * </ul>
     */
    Flux<List<Task>> watch(TaskQuery query);
}
