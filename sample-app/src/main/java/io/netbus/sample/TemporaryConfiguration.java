package io.netbus.sample;

import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.CortexConfig;
import io.netbus.cortex.bridge.Bridge;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.cortex.tasks.TasksRepository;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class TemporaryConfiguration {

    @Bean
    Redex redex(@Value("${netbus.log.directory}") Path directory) {
        return Redex.onDisk(directory, RedexConfig.defaults());
    }

    @Bean
    EventBus bus(Redex redex) {
        return EventBus.open(new RedexAdapter(redex), EventBusConfig.defaults());
    }

    @Bean
    Cortex cortex(Redex redex) {
        return Cortex.open(redex, CortexConfig.defaults());
    }

    @Bean
    TasksRepository tasks(Cortex cortex) {
        return cortex.tasks();
    }

    @Bean(destroyMethod = "close")
    Bridge bridge(Cortex cortex, TasksBridge bridge, EventBus bus) {
        return cortex.bridge(bridge, bus);
    }
}
