package io.netbus.spring;

import org.springframework.context.SmartLifecycle;

/**
 * Completes streams that have no end of their own when the context stops, so that a web server's graceful shutdown,
 * which waits for open responses, finds them finished.
 * <p>
 * One belongs into the first phase to stop, {@link #FIRST}: clients can go while all else works. Whatever else stops in
 * that phase may take its time, and a browser connects again within seconds; so another belongs into the phase in which
 * the web server closes its door, {@link #LAST}.
 */
public final class StreamCompletion implements SmartLifecycle {

    /** The first phase to stop. */
    public static final int FIRST = DEFAULT_PHASE;

    /** The phase in which Boot's web servers stop taking requests and begin to wait for those they have. */
    public static final int LAST = DEFAULT_PHASE - 1024;

    private final Runnable complete;
    private final int phase;
    private volatile boolean running; // written by the context's thread

    /** @param complete completes what is open now; new streams may be opened at once */
    public StreamCompletion(Runnable complete, int phase) {
        this.complete = complete;
        this.phase = phase;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        complete.run();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
