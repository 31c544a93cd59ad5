package io.netbus.bus;

import io.netbus.event.IngestResult;
import io.netbus.event.Position;
import org.jspecify.annotations.Nullable;

/**
 * What became of a published event.
 *
 * @param position where it is stored, or where the event it repeats is; null if it was refused
 */
public record PublishResult(IngestResult outcome, @Nullable Position position) {}
