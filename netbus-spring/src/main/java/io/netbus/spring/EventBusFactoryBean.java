package io.netbus.spring;

import io.netbus.bus.CloseReport;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventChannel;
import io.netbus.bus.FlushResult;
import io.netbus.event.Durability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.SmartLifecycle;

/**
 * Hands out a bus and ties it to the context's life.
 * <p>
 * <b>Stop</b> forces everything accepted to disk and leaves the bus open, so that a context that is paused and started
 * again works on the same bus. <b>Destruction</b>, which comes after that of every bean that uses the bus, closes it.
 * Both together keep one deadline, and each logs what it could not save.
 */
public final class EventBusFactoryBean implements FactoryBean<EventBus>, SmartLifecycle, DisposableBean {

    /** First up and last down: whatever publishes or listens stops before, and what it published is still forced. */
    public static final int PHASE = Integer.MIN_VALUE + 500;

    private static final Log LOG = LogFactory.getLog(EventBusFactoryBean.class);

    private final EventBus bus;
    private final Duration closeTimeout;

    private volatile boolean running; // written by the context's thread, as what follows
    private boolean stoppedInVain;
    private long stopDeadlineNanos;

    /**
     * @param bus becomes this bean's to close
     * @param closeTimeout how long stop and destruction together may take
     */
    public EventBusFactoryBean(EventBus bus, Duration closeTimeout) {
        this.bus = bus;
        this.closeTimeout = closeTimeout;
    }

    @Override
    public EventBus getObject() {
        return bus;
    }

    @Override
    public Class<?> getObjectType() {
        return EventBus.class;
    }

    @Override
    public void start() {
        stoppedInVain = false;
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        stopDeadlineNanos = System.nanoTime() + closeTimeout.toNanos();
        List<String> pending = flush();
        stoppedInVain = !pending.isEmpty();
        if (stoppedInVain) {
            LOG.warn(
                    "not everything accepted is forced to disk: closeTimeout=" + closeTimeout + ", pending=" + pending);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Closes the bus within what the deadline leaves; the whole timeout again if the stop had nothing to wait for. */
    @Override
    public void destroy() {
        Duration deadline = stoppedInVain ? untilStopDeadline() : closeTimeout;
        CloseReport report = bus.close(deadline);
        if (!report.isClean()) {
            LOG.warn("bus closed with losses: lostEvents=" + report.lostEvents() + ", unforcedEvents="
                    + report.unforcedEvents() + ", took=" + report.took() + ", closeTimeout=" + closeTimeout);
        }
    }

    /** Returns a line per shard that is not done. */
    private List<String> flush() {
        List<String> pending = new ArrayList<>();
        for (EventChannel channel : bus.channels()) {
            FlushResult result = channel.flush(Durability.FSYNCED, untilStopDeadline());
            result.pending().forEach(line -> pending.add("channel=" + channel.name() + ", " + line));
        }
        return pending;
    }

    private Duration untilStopDeadline() {
        return Duration.ofNanos(Math.max(0, stopDeadlineNanos - System.nanoTime()));
    }
}
