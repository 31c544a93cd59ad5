package io.netbus.cortex.watch;

import java.util.concurrent.atomic.AtomicBoolean;

/** Something for the watch thread to look at. */
abstract class Signal {

    private final AtomicBoolean announced = new AtomicBoolean();

    /** Whether the caller is the one to queue it. */
    final boolean announce() {
        return !announced.get() && announced.compareAndSet(false, true);
    }

    /** Looks at it; what is announced from here on is handled once more. */
    final void handle() {
        announced.set(false);
        look();
    }

    /** Called by the watch thread. Must not throw. */
    abstract void look();
}
