package io.netbus.cortex.fold;

/**
 * An event that could not be folded. It stays in the log and is left out of the state.
 *
 * @param fold the name of the fold
 * @param sequence its record's number
 * @param reason why, at most some hundred characters
 */
public record QuarantinedEvent(String fold, long sequence, String reason) {}
