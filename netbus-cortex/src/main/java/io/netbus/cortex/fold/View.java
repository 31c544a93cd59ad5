package io.netbus.cortex.fold;

/**
 * One version of a model's state.
 *
 * @param revision differs between two states of one open fold that differ, and grows
 */
public record View<S>(S state, long revision) {}
