package io.netbus.cortex.tasks;

import java.time.Instant;

/**
 * Something to do.
 *
 * @param createdAt when it was written to the log
 * @param updatedAt when its last change was written to the log; never before {@code createdAt}, and never goes back
 */
public record Task(long id, String title, TaskStatus status, Instant createdAt, Instant updatedAt) {

    Task withTitle(String newTitle, Instant at) {
        return new Task(id, newTitle, status, createdAt, later(at));
    }

    Task withStatus(TaskStatus newStatus, Instant at) {
        return new Task(id, title, newStatus, createdAt, later(at));
    }

    private Instant later(Instant at) {
        return at.isBefore(updatedAt) ? updatedAt : at;
    }
}
