package io.netbus.cortex.tasks;

/** Whether a task is done. */
public enum TaskStatus {
    /** Still to be done. */
    PENDING,
    /** Done. */
    COMPLETED
}
