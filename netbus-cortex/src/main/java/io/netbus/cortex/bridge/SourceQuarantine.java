package io.netbus.cortex.bridge;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts the source events that could not be mapped and keeps the newest of them. */
final class SourceQuarantine {

    private static final int MAX_KEPT = 100;

    private static final Logger LOG = System.getLogger(SourceQuarantine.class.getName());

    private final Deque<QuarantinedSourceEvent> kept = new ArrayDeque<>(); // guarded by this
    private long count; // guarded by this

    void addAll(List<QuarantinedSourceEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        boolean isFirst;
        synchronized (this) {
            isFirst = count == 0;
            count += events.size();
            kept.addAll(events);
            while (kept.size() > MAX_KEPT) {
                kept.removeFirst();
            }
        }
        if (isFirst) {
            LOG.log(
                    Level.WARNING,
                    "event cannot be mapped and is left out, the bridge goes on; later ones are only counted: "
                            + events.get(0));
        }
    }

    synchronized long count() {
        return count;
    }

    synchronized List<QuarantinedSourceEvent> events() {
        return List.copyOf(kept);
    }

    synchronized @Nullable String lastReason() {
        QuarantinedSourceEvent last = kept.peekLast();
        return last == null ? null : last.reason();
    }
}
