package io.netbus.autoconfigure;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.redex.Redex;
import io.netbus.spring.EventBusFactoryBean;
import io.netbus.spring.NetbusTemplate;
import io.netbus.spring.StreamCompletion;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;

/** {@link EnableAutoConfiguration Auto-configuration} for the {@link EventBus} and its {@link NetbusTemplate}. */
@AutoConfiguration(after = RedexAutoConfiguration.class)
@ConditionalOnClass({EventBus.class, EventBusFactoryBean.class})
@ConditionalOnBooleanProperty(name = "netbus.enabled", matchIfMissing = true)
@EnableConfigurationProperties(NetbusProperties.class)
public final class NetbusAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    EventBusConfig netbusEventBusConfig(NetbusProperties properties) {
        return properties.toEventBusConfig();
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Adapter netbusAdapter(Redex redex, NetbusProperties properties) {
        RedexAdapter adapter = new RedexAdapter(
                redex,
                redex.logDefaults().withRetention(properties.log().retention().toRetention()));
        adapter.deferRetention();
        return adapter;
    }

    /** Once every bridge of the application has taken its hold. */
    @Bean
    @Lazy(false)
    SmartInitializingSingleton netbusRetentionStart(Adapter adapter) {
        return () -> {
            if (adapter instanceof RedexAdapter logs) {
                logs.startRetention();
            }
        };
    }

    @Bean
    @ConditionalOnMissingBean(EventBus.class)
    EventBusFactoryBean netbusEventBus(Adapter adapter, EventBusConfig config) {
        return new EventBusFactoryBean(EventBus.open(adapter, config), config.closeTimeout());
    }

    @Bean
    @Lazy(false)
    StreamCompletion netbusStreamCompletion(EventBus bus) {
        return new StreamCompletion(bus::completeStreams, StreamCompletion.FIRST);
    }

    @Bean
    @Lazy(false)
    StreamCompletion netbusLastStreamCompletion(EventBus bus) {
        return new StreamCompletion(bus::completeStreams, StreamCompletion.LAST);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({JsonMapper.class, Flux.class})
    static class TemplateConfiguration {

        @Bean
        @ConditionalOnMissingBean
        NetbusTemplate netbusTemplate(EventBus bus, ObjectProvider<JsonMapper> mappers) {
            return new NetbusTemplate(bus, mappers.getIfAvailable(JsonMapper::shared));
        }
    }
}
