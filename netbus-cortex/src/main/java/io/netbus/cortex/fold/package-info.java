/**
 * One log folded into one state.
 * <p>
 * Start at {@link io.netbus.cortex.fold.Fold}; a {@link io.netbus.cortex.fold.Model} says which events there are and
 * what each does. Whoever writes folds its own event before it returns; the worker {@code netbus-fold-<name>} folds
 * what others append to the log. State is immutable and readers take no lock. Knows no model of its own, no source of
 * events and no watcher.
 */
@NullMarked
package io.netbus.cortex.fold;

import org.jspecify.annotations.NullMarked;
