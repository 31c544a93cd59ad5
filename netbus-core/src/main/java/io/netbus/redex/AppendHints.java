package io.netbus.redex;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Who wants to hear of appends, and of the log's close. <b>Threads:</b> any. */
final class AppendHints {

    private static final Logger LOG = System.getLogger(AppendHints.class.getName());

    private static final Entry[] NONE = {};
    private static final Entry[] CLOSED = {}; // told from the other by identity

    private final String log;
    private final AtomicReference<Entry[]> entries = new AtomicReference<>(NONE);

    AppendHints(String log) {
        this.log = log;
    }

    RedexLog.Registration add(Runnable hint) {
        return add(hint, () -> {});
    }

    /** @param whenClosed called once if the log closes before the registration; at once if it has */
    RedexLog.Registration add(Runnable hint, Runnable whenClosed) {
        Entry entry = new Entry(hint, whenClosed);
        Entry[] before = entries.getAndUpdate(all -> {
            if (all == CLOSED) {
                return all;
            }
            Entry[] more = Arrays.copyOf(all, all.length + 1);
            more[all.length] = entry;
            return more;
        });
        if (before == CLOSED) {
            whenClosed.run();
        }
        return () -> remove(entry);
    }

    private void remove(Entry entry) {
        entries.updateAndGet(all -> {
            if (all == CLOSED) {
                return all;
            }
            Entry[] left = Arrays.stream(all).filter(each -> each != entry).toArray(Entry[]::new);
            return left.length == 0 ? NONE : left;
        });
    }

    /** Calls each. The records are appended whatever a hint does, so one that throws is reported, not passed on. */
    void fire() {
        for (Entry entry : entries.get()) {
            try {
                entry.hint.run();
            } catch (RuntimeException e) {
                if (entry.reported.compareAndSet(false, true)) {
                    LOG.log(Level.WARNING, "append hint failed, is called on: log=" + log + ", hint=" + entry.hint, e);
                }
            }
        }
    }

    boolean isEmpty() {
        return entries.get().length == 0;
    }

    /** Drops all, now and later; the log is closed by now. */
    void close() {
        for (Entry entry : entries.getAndSet(CLOSED)) {
            entry.whenClosed.run();
        }
    }

    /** Distinct for each registration, also of the same hint. */
    private static final class Entry {

        private final Runnable hint;
        private final Runnable whenClosed;
        private final AtomicBoolean reported = new AtomicBoolean();

        private Entry(Runnable hint, Runnable whenClosed) {
            this.hint = hint;
            this.whenClosed = whenClosed;
        }
    }
}
