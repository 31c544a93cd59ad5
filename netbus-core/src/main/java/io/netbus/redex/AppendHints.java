package io.netbus.redex;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Who wants to hear of appends. <b>Threads:</b> any. */
final class AppendHints {

    private static final Logger LOG = System.getLogger(AppendHints.class.getName());

    private static final Entry[] NONE = {};

    private final String log;
    private final AtomicReference<Entry[]> entries = new AtomicReference<>(NONE);

    AppendHints(String log) {
        this.log = log;
    }

    RedexLog.Registration add(Runnable hint) {
        Entry entry = new Entry(hint);
        entries.updateAndGet(all -> {
            Entry[] more = Arrays.copyOf(all, all.length + 1);
            more[all.length] = entry;
            return more;
        });
        return () -> entries.updateAndGet(
                all -> Arrays.stream(all).filter(each -> each != entry).toArray(Entry[]::new));
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

    void clear() {
        entries.set(NONE);
    }

    /** Distinct for each registration, also of the same hint. */
    private static final class Entry {

        private final Runnable hint;
        private final AtomicBoolean reported = new AtomicBoolean();

        private Entry(Runnable hint) {
            this.hint = hint;
        }
    }
}
