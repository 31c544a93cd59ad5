package io.netbus.actuator.endpoint;

import io.netbus.bus.EventBus;
import io.netbus.cortex.Cortex;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexLog;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Shows what every shard, log, fold and bridge does, and what was lost. */
@Endpoint(id = "netbus", defaultAccess = Access.READ_ONLY)
public final class NetbusEndpoint {

    private final EventBus bus;
    private final @Nullable Redex redex;
    private final @Nullable Cortex cortex;

    /**
     * @param redex null if there are no logs to show
     * @param cortex null if there are no models to show
     */
    public NetbusEndpoint(EventBus bus, @Nullable Redex redex, @Nullable Cortex cortex) {
        this.bus = bus;
        this.redex = redex;
        this.cortex = cortex;
    }

    /** The numbers of this moment; each shard's are of one instant, all together are not. */
    @ReadOperation
    public NetbusDescriptor netbus() {
        return new NetbusDescriptor(
                bus.channels().stream().map(ChannelDescriptor::of).toList(),
                redex == null
                        ? List.of()
                        : redex.logs().stream()
                                .map(RedexLog::stats)
                                .map(LogDescriptor::of)
                                .toList(),
                cortex == null
                        ? List.of()
                        : cortex.folds().stream().map(FoldDescriptor::of).toList(),
                cortex == null
                        ? List.of()
                        : cortex.bridges().stream().map(BridgeDescriptor::of).toList());
    }
}
