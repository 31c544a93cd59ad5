package io.netbus.autoconfigure;

import io.netbus.redex.LogArchive;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** {@link EnableAutoConfiguration Auto-configuration} for the logs, {@link Redex}. */
@AutoConfiguration
@ConditionalOnClass(Redex.class)
@ConditionalOnBooleanProperty(name = "netbus.enabled", matchIfMissing = true)
@EnableConfigurationProperties(NetbusProperties.class)
public final class RedexAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RedexConfig netbusRedexConfig(NetbusProperties properties) {
        return properties.toRedexConfig();
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Redex netbusRedex(NetbusProperties properties, RedexConfig config, ObjectProvider<LogArchive> archive) {
        return RedexOpener.open(properties.log(), config.withArchive(archive.getIfAvailable(config::archive)));
    }
}
