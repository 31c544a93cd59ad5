package io.netbus.autoconfigure.actuator;

import io.micrometer.core.instrument.MeterRegistry;
import io.netbus.actuator.metrics.NetbusMetrics;
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
import org.springframework.context.annotation.Bean;

/** {@link EnableAutoConfiguration Auto-configuration} for netbus's meters. */
@AutoConfiguration(
        after = {NetbusAutoConfiguration.class, CortexAutoConfiguration.class},
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({NetbusMetrics.class, MeterRegistry.class})
@ConditionalOnBean({EventBus.class, MeterRegistry.class})
public final class NetbusMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    NetbusMetrics netbusMetrics(EventBus bus, ObjectProvider<Redex> redex, ObjectProvider<Cortex> cortex) {
        return new NetbusMetrics(bus, redex.getIfUnique(), cortex.getIfUnique());
    }
}
