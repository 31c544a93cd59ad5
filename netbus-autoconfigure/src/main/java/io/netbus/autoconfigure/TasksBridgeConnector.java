package io.netbus.autoconfigure;

import io.netbus.bus.EventBus;
import io.netbus.bus.EventChannel;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.tasks.TasksBridge;
import java.util.stream.Stream;

/** Connects the application's bridges to their channels; the models end them when they close. */
final class TasksBridgeConnector {

    private TasksBridgeConnector() {}

    /** @throws InvalidBridgeException if a bridge's name or channel is not one; those before it are connected */
    static TasksBridgeConnector connect(Cortex cortex, EventBus bus, Stream<TasksBridge> bridges) {
        bridges.forEach(bridge -> connect(cortex, bus, bridge));
        return new TasksBridgeConnector();
    }

    private static void connect(Cortex cortex, EventBus bus, TasksBridge bridge) {
        try {
            EventChannel channel = bus.channel(bridge.channel());
            cortex.bridge(bridge, channel);
        } catch (IllegalArgumentException e) {
            throw new InvalidBridgeException(bridge.name(), bridge.getClass(), bridge.channel(), e);
        }
    }
}
