package io.netbus.autoconfigure.actuator;

import io.netbus.actuator.endpoint.NetbusEndpoint;
import io.netbus.autoconfigure.CortexAutoConfiguration;
import io.netbus.autoconfigure.NetbusAutoConfiguration;
import io.netbus.bus.EventBus;
import io.netbus.cortex.Cortex;
import io.netbus.redex.Redex;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** {@link EnableAutoConfiguration Auto-configuration} for the actuator's {@link NetbusEndpoint}. */
@AutoConfiguration(after = {NetbusAutoConfiguration.class, CortexAutoConfiguration.class})
@ConditionalOnClass({NetbusEndpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(EventBus.class)
public final class NetbusEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    NetbusEndpoint netbusEndpoint(EventBus bus, ObjectProvider<Redex> redex, ObjectProvider<Cortex> cortex) {
        return new NetbusEndpoint(bus, redex.getIfUnique(), cortex.getIfUnique());
    }
}
