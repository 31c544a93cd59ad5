package io.netbus.cortex.fold;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts the events that could not be folded and keeps the newest of them. */
final class Quarantine {

    private static final int MAX_KEPT = 100;
    private static final int MAX_REASON_CHARS = 500;

    private static final Logger LOG = System.getLogger(Quarantine.class.getName());

    private final String fold;
    private final Deque<QuarantinedEvent> kept = new ArrayDeque<>(); // guarded by this
    private long count; // guarded by this

    Quarantine(String fold) {
        this.fold = fold;
    }

    void add(long sequence, Throwable cause) {
        String reason = reason(cause);
        boolean isFirst;
        synchronized (this) {
            isFirst = count == 0;
            count++;
            if (kept.size() == MAX_KEPT) {
                kept.removeFirst();
            }
            kept.addLast(new QuarantinedEvent(fold, sequence, reason));
        }
        if (isFirst) {
            LOG.log(
                    Level.WARNING,
                    "event cannot be folded and is left out, the fold goes on; later ones are only counted: model="
                            + fold + ", sequence=" + sequence + ", reason=" + reason);
        }
    }

    synchronized long count() {
        return count;
    }

    synchronized List<QuarantinedEvent> events() {
        return List.copyOf(kept);
    }

    synchronized @Nullable String lastReason() {
        QuarantinedEvent last = kept.peekLast();
        return last == null ? null : last.reason();
    }

    /** Why that event is here; null if it is not. Asked for new events only. */
    synchronized @Nullable String reason(long sequence) {
        QuarantinedEvent last = kept.peekLast();
        if (last == null || last.sequence() < sequence) {
            return null;
        }
        return kept.stream()
                .filter(event -> event.sequence() == sequence)
                .map(QuarantinedEvent::reason)
                .findFirst()
                .orElse(null);
    }

    private static String reason(Throwable cause) {
        String text = String.valueOf(cause);
        return text.length() <= MAX_REASON_CHARS ? text : text.substring(0, MAX_REASON_CHARS) + "…";
    }
}
