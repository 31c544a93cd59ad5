package io.netbus.cortex.bridge;

import io.netbus.event.Position;

/**
 * A source event whose mapping threw. It stays in its channel and changed nothing in the model.
 *
 * @param reason why, at most some hundred characters
 */
public record QuarantinedSourceEvent(String bridge, Position position, String reason) {}
