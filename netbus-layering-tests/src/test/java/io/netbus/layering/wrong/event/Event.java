package io.netbus.layering.wrong.event;

import org.jctools.queues.MessagePassingQueue;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.Lifecycle;

/** Breaks the rules on frameworks, queues, conditions, sleep and clocks. */
@ConditionalOnProperty("wrong")
public final class Event {

    public @Nullable MessagePassingQueue<Event> queue;
    public @Nullable Lifecycle lifecycle;

    public long sleepUntil() throws InterruptedException {
        Thread.sleep(1);
        return System.currentTimeMillis();
    }
}
