/**
 * Tasks: a model of things to do, ready to use.
 * <p>
 * Start at {@link io.netbus.cortex.tasks.TasksRepository}; a {@link io.netbus.cortex.tasks.TasksBridge} makes tasks of
 * a channel's events. Reads are answered from memory on the caller's thread; writes go to the log {@code cortex/tasks}.
 * Knows the parts of a model, but not the façade that puts them together.
 */
@NullMarked
package io.netbus.cortex.tasks;

import org.jspecify.annotations.NullMarked;
