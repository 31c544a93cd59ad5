package io.netbus.actuator.endpoint;

import java.util.List;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/** The endpoint's answer; every list by name. */
public record NetbusDescriptor(
        List<ChannelDescriptor> channels,
        List<LogDescriptor> logs,
        List<FoldDescriptor> folds,
        List<BridgeDescriptor> bridges)
        implements OperationResponseBody {}
