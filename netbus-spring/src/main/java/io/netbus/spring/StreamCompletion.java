package io.netbus.spring;

import org.springframework.context.SmartLifecycle;

/**
 * Completes streams that have no end of their own when the context stops: in the first phase to stop, so that a web
 * server's graceful shutdown, which waits for open responses, finds them finished.
 */
public final class StreamCompletion implements SmartLifecycle {

    private final Runnable complete;
    private volatile boolean running; // written by the context's thread

    /** @param complete completes what is open now; new streams may be opened at once */
    public StreamCompletion(Runnable complete) {
        this.complete = complete;
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
}
