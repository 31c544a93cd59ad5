package io.netbus.redex.cli;

import java.util.concurrent.TimeUnit;

/** A line that says how far reading has come, on the side of messages. */
final class Progress {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Terminal terminal;
    private final boolean shown;

    private long lastNanos = System.nanoTime();
    private boolean started;

    /** @param asked whether to show it although nobody may be looking */
    Progress(Terminal terminal, boolean asked) {
        this.terminal = terminal;
        this.shown = asked || terminal.interactive();
    }

    void show(long bytes, long ofBytes) {
        long now = System.nanoTime();
        if (!shown || (now - lastNanos < PERIOD_NANOS && bytes < ofBytes)) {
            return;
        }
        lastNanos = now;
        String line = bytes + " of " + ofBytes + " bytes";
        if (terminal.interactive()) {
            terminal.err().print("\r" + line);
            terminal.err().flush();
            started = true;
        } else {
            terminal.err().println(line);
        }
    }

    /** Leaves a line of its own for what follows. */
    void end() {
        if (started) {
            terminal.err().println();
            started = false;
        }
    }
}
