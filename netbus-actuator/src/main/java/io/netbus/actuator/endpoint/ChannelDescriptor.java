package io.netbus.actuator.endpoint;

import io.netbus.bus.EventChannel;
import java.util.List;

/** A channel and its shards, by number. */
public record ChannelDescriptor(String name, List<ShardDescriptor> shards) {

    static ChannelDescriptor of(EventChannel channel) {
        return new ChannelDescriptor(
                channel.name(),
                channel.stats().stream().map(ShardDescriptor::of).toList());
    }
}
