package io.netbus.autoconfigure;

import io.netbus.bus.EventBus;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.CortexConfig;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.cortex.tasks.TasksRepository;
import io.netbus.redex.Redex;
import io.netbus.spring.StreamCompletion;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AbstractDependsOnBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import reactor.core.publisher.Flux;

/** {@link EnableAutoConfiguration Auto-configuration} for the models, {@link Cortex}, and the bridges into them. */
@AutoConfiguration(after = {RedexAutoConfiguration.class, NetbusAutoConfiguration.class})
@ConditionalOnClass({Cortex.class, Flux.class, EventBus.class, StreamCompletion.class})
@ConditionalOnBooleanProperty(
        name = {"netbus.enabled", "netbus.cortex.enabled"},
        matchIfMissing = true)
public final class CortexAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TasksRepository netbusTasks(Cortex cortex) {
        return cortex.tasks();
    }

    @Bean
    @Lazy(false)
    StreamCompletion netbusWatcherCompletion(Cortex cortex) {
        return new StreamCompletion(cortex::completeWatchers, StreamCompletion.FIRST);
    }

    @Bean
    @Lazy(false)
    StreamCompletion netbusLastWatcherCompletion(Cortex cortex) {
        return new StreamCompletion(cortex::completeWatchers, StreamCompletion.LAST);
    }

    @Bean
    @Lazy(false)
    TasksBridgeConnector netbusTasksBridgeConnector(Cortex cortex, EventBus bus, ObjectProvider<TasksBridge> bridges) {
        return TasksBridgeConnector.connect(cortex, bus, bridges.orderedStream());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(Cortex.class)
    static class ModelsConfiguration {

        @Bean
        @ConditionalOnMissingBean
        CortexConfig netbusCortexConfig() {
            return CortexConfig.defaults();
        }

        @Bean(name = ModelsBeforeBus.CORTEX, destroyMethod = "close")
        Cortex netbusCortex(Redex redex, CortexConfig config) {
            return Cortex.open(redex, config);
        }

        @Bean
        static BeanFactoryPostProcessor netbusModelsBeforeBus() {
            return new ModelsBeforeBus();
        }
    }

    /** Makes the bus close before the models do, so that what it writes last is still folded. */
    private static final class ModelsBeforeBus extends AbstractDependsOnBeanFactoryPostProcessor {

        static final String CORTEX = "netbusCortex";

        ModelsBeforeBus() {
            super(EventBus.class, CORTEX);
        }
    }
}
