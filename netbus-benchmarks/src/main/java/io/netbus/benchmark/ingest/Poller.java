package io.netbus.benchmark.ingest;

import java.util.function.IntSupplier;

/** The consumer's thread for pipes that have none: polls, and while there is nothing spins shortly, then yields. */
final class Poller implements AutoCloseable {

    private static final int SPINS = 100;

    private final IntSupplier poll;
    private final Thread thread;
    private volatile boolean stopping;

    /** @param poll takes what there is and returns how much */
    Poller(IntSupplier poll) {
        this.poll = poll;
        this.thread = new Thread(this::run, "consumer");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        int idle = 0;
        while (!stopping) {
            if (poll.getAsInt() > 0) {
                idle = 0;
            } else {
                pause(++idle);
            }
        }
    }

    /** The wait of a side that has found nothing to do that often. */
    @SuppressWarnings("ThreadPriorityCheck") // on few cores, spinning alone would keep the other side from running
    static void pause(int idle) {
        if (idle <= SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    @Override
    public void close() {
        stopping = true;
        join(thread);
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while closing", e);
        }
    }
}
