package io.netbus.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.task.ThreadPoolTaskExecutorCustomizer;
import org.springframework.context.annotation.Bean;

/** Starts the sample: an application with netbus inside and no server beside it. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class SampleApplication {

    public static void main(String[] args) {
        SpringApplication.run(SampleApplication.class, args);
    }

    /** Open streams are completed while the application stops, and need a thread to say so to their clients. */
    @Bean
    ThreadPoolTaskExecutorCustomizer streamsEndAfterTheContext() {
        return executor -> executor.setAcceptTasksAfterContextClose(true);
    }
}
