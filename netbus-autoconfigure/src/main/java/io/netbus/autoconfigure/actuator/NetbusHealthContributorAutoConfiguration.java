package io.netbus.autoconfigure.actuator;

import io.netbus.actuator.health.NetbusHealthIndicator;
import io.netbus.autoconfigure.CortexAutoConfiguration;
import io.netbus.autoconfigure.NetbusAutoConfiguration;
import io.netbus.bus.EventBus;
import io.netbus.cortex.Cortex;
import io.netbus.redex.Redex;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.annotation.Bean;

/** {@link EnableAutoConfiguration Auto-configuration} for the health component {@code netbus}. */
@AutoConfiguration(after = {NetbusAutoConfiguration.class, CortexAutoConfiguration.class})
@ConditionalOnClass({NetbusHealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(EventBus.class)
public final class NetbusHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "netbusHealthIndicator")
    @ConditionalOnEnabledHealthIndicator("netbus")
    NetbusHealthIndicator netbusHealthIndicator(
            EventBus bus, ObjectProvider<Redex> redex, ObjectProvider<Cortex> cortex) {
        return new NetbusHealthIndicator(bus, redex.getIfUnique(), cortex.getIfUnique());
    }
}
