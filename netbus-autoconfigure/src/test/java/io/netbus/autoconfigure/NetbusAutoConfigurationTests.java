package io.netbus.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netbus.adapter.Adapter;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.CortexConfig;
import io.netbus.cortex.tasks.TaskChanges;
import io.netbus.cortex.tasks.TaskQuery;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.cortex.tasks.TasksRepository;
import io.netbus.event.StoredEvent;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.spring.NetbusTemplate;
import io.netbus.spring.StreamCompletion;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(OutputCaptureExtension.class)
class NetbusAutoConfigurationTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RedexAutoConfiguration.class,
                    NetbusAutoConfiguration.class,
                    CortexAutoConfiguration.class,
                    JacksonAutoConfiguration.class))
            .withPropertyValues("netbus.log.storage=memory");

    @Test
    void anApplicationGetsABusLogsModelsAndATemplate() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(Redex.class);
            assertThat(context)
                    .hasSingleBean(Adapter.class)
                    .getBean(Adapter.class)
                    .isInstanceOf(RedexAdapter.class);
            assertThat(context).hasSingleBean(EventBus.class);
            assertThat(context).hasSingleBean(NetbusTemplate.class);
            assertThat(context).hasSingleBean(Cortex.class);
            assertThat(context)
                    .getBean(TasksRepository.class)
                    .isSameAs(context.getBean(Cortex.class).tasks());
        });
    }

    @Test
    void theDefaultsAreTheEnginesOwn() {
        runner.run(context -> {
            assertThat(context).getBean(EventBusConfig.class).isEqualTo(EventBusConfig.defaults());
            assertThat(context).getBean(RedexConfig.class).isEqualTo(RedexConfig.defaults());
            assertThat(context.getBean(NetbusProperties.class).log().directory())
                    .isEqualTo("./data/netbus");
        });
    }

    @Test
    void oneLineTellsWhereTheLogsAre(CapturedOutput output) {
        Path logs = directory.resolve("logs");
        runner.withPropertyValues("netbus.log.storage=disk", "netbus.log.directory=" + logs)
                .run(context -> {
                    assertThat(context.getBean(Redex.class).directory()).contains(logs);
                    assertThat(output.getOut().lines().filter(line -> line.contains("netbus keeps its logs")))
                            .singleElement()
                            .asString()
                            .containsPattern("directory=" + logs
                                    + ", free=\\d+[GM]B, storage=disk, acknowledgement=WRITTEN, "
                                    + "force=Interval\\[interval=PT1S], retention of channels: maxAge=PT168H, "
                                    + "maxSize=10737418240B");
                });
    }

    @Test
    void oneLineTellsThatNothingSurvivesInMemory(CapturedOutput output) {
        runner.run(context -> assertThat(output.getOut().lines().filter(line -> line.contains("netbus keeps its logs")))
                .singleElement()
                .asString()
                .contains("storage=memory"));
    }

    @Test
    void switchedOffNothingIsThere() {
        runner.withPropertyValues("netbus.enabled=false").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context).doesNotHaveBean(Redex.class);
            assertThat(context).doesNotHaveBean(EventBus.class);
            assertThat(context).doesNotHaveBean(Cortex.class);
            assertThat(context).doesNotHaveBean(NetbusTemplate.class);
        });
    }

    @Test
    void modelsCanBeSwitchedOffAlone() {
        runner.withPropertyValues("netbus.cortex.enabled=false").run(context -> {
            assertThat(context).hasSingleBean(EventBus.class);
            assertThat(context).doesNotHaveBean(Cortex.class);
            assertThat(context).doesNotHaveBean(TasksRepository.class);
        });
    }

    @Test
    void everyBeanBacksOffForOneOfTheApplications() {
        runner.withUserConfiguration(OwnBeans.class).run(context -> {
            OwnBeans own = context.getBean(OwnBeans.class);
            assertThat(context).getBean(RedexConfig.class).isSameAs(own.redexConfig);
            assertThat(context).getBean(Redex.class).isSameAs(own.redex);
            assertThat(context).getBean(EventBusConfig.class).isSameAs(own.busConfig);
            assertThat(context).getBean(Adapter.class).isSameAs(own.adapter);
            assertThat(context).getBean(EventBus.class).isSameAs(own.bus);
            assertThat(context).getBean(NetbusTemplate.class).isSameAs(own.template);
            assertThat(context).getBean(CortexConfig.class).isSameAs(own.cortexConfig);
            assertThat(context).getBean(Cortex.class).isSameAs(own.cortex);
            assertThat(context).getBean(TasksRepository.class).isSameAs(own.tasks);
        });
    }

    @Test
    void aConfigOfTheApplicationsIsUsed() {
        CortexConfig config = CortexConfig.defaults().withClock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
        RedexConfig logs = RedexConfig.defaults().withSegmentBytes(64 * 1024);
        runner.withBean(CortexConfig.class, () -> config)
                .withBean(RedexConfig.class, () -> logs)
                .run(context -> {
                    TasksRepository tasks = context.getBean(TasksRepository.class);
                    tasks.create(1, "in 1970");
                    assertThat(tasks.findById(1))
                            .get()
                            .extracting(task -> task.toString())
                            .asString()
                            .contains("1970-01-01");
                });
    }

    @Test
    void everyBridgeIsConnectedToItsChannel() {
        runner.withBean("orders", TasksBridge.class, () -> new OneTaskPerEvent("orders-bridge", "orders"))
                .withBean("events", TasksBridge.class, () -> new OneTaskPerEvent("events-bridge", "events"))
                .run(context -> {
                    EventBus bus = context.getBean(EventBus.class);
                    bus.channel("orders").ingest("1".getBytes(UTF_8));
                    bus.ingest("2".getBytes(UTF_8));

                    TasksRepository tasks = context.getBean(TasksRepository.class);
                    await().atMost(TIMEOUT).until(() -> tasks.count(TaskQuery.all()) == 2);
                    assertThat(context.getBean(Cortex.class).bridge("orders-bridge"))
                            .isPresent();
                });
    }

    @Test
    void withoutJacksonThereIsNoTemplate() {
        runner.withClassLoader(new FilteredClassLoader("tools.jackson.databind"))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context).hasSingleBean(EventBus.class);
                    assertThat(context).doesNotHaveBean("netbusTemplate");
                });
    }

    @Test
    void withoutReactorThereIsTheBus() {
        runner.withClassLoader(new FilteredClassLoader("reactor", "org.reactivestreams"))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context).hasSingleBean(EventBus.class);
                    assertThat(context).doesNotHaveBean("netbusTemplate");
                    assertThat(context).doesNotHaveBean("netbusCortex");
                });
    }

    @Test
    void withoutModelsThereIsTheBus() {
        runner.withClassLoader(new FilteredClassLoader("io.netbus.cortex")).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context).hasSingleBean(EventBus.class);
            assertThat(context).hasSingleBean(NetbusTemplate.class);
        });
    }

    @Test
    void withoutTheEngineThereIsNothing() {
        runner.withClassLoader(new FilteredClassLoader("io.netbus.bus", "io.netbus.redex"))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context).doesNotHaveBean("netbusRedex");
                    assertThat(context).doesNotHaveBean("netbusEventBus");
                    assertThat(context).doesNotHaveBean("netbusCortex");
                });
    }

    @Test
    void withoutJacksonsBeanTheTemplateHasAMapperOfItsOwn() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(RedexAutoConfiguration.class, NetbusAutoConfiguration.class))
                .withPropertyValues("netbus.log.storage=memory")
                .run(context -> {
                    assertThat(context).doesNotHaveBean(JsonMapper.class);
                    assertThat(context).hasSingleBean(NetbusTemplate.class);
                });
    }

    @Test
    void whatMustRunRunsInALazyApplicationToo() {
        runner.withPropertyValues("spring.main.lazy-initialization=true")
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withBean(TasksBridge.class, () -> new OneTaskPerEvent("lazy", "events"))
                .run(context -> {
                    assertThat(context.getBeanFactory().containsSingleton("netbusTasksBridgeConnector"))
                            .isTrue();
                    assertThat(context.getBeanFactory().containsSingleton("netbusTemplate"))
                            .isFalse();
                    assertThat(context.getBeansOfType(StreamCompletion.class).values())
                            .hasSize(4)
                            .allMatch(StreamCompletion::isRunning);
                });
    }

    static final class OneTaskPerEvent implements TasksBridge {

        private final String name;
        private final String channel;

        OneTaskPerEvent(String name, String channel) {
            this.name = name;
            this.channel = channel;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String channel() {
            return channel;
        }

        @Override
        public void map(StoredEvent event, TaskChanges tasks) {
            tasks.create(Long.parseLong(new String(event.event().toByteArray(), UTF_8)), name);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        final RedexConfig redexConfig = RedexConfig.defaults();
        final Redex redex = Redex.inMemory(redexConfig);
        final EventBusConfig busConfig = EventBusConfig.defaults();
        final Adapter adapter = new RedexAdapter(redex);
        final EventBus bus = EventBus.open(adapter, busConfig);
        final NetbusTemplate template = new NetbusTemplate(bus, JsonMapper.shared());
        final CortexConfig cortexConfig = CortexConfig.defaults();
        final Cortex cortex = Cortex.open(redex, cortexConfig);
        final TasksRepository tasks = cortex.tasks();

        @Bean
        RedexConfig ownRedexConfig() {
            return redexConfig;
        }

        @Bean
        Redex ownRedex() {
            return redex;
        }

        @Bean
        EventBusConfig ownBusConfig() {
            return busConfig;
        }

        @Bean
        Adapter ownAdapter() {
            return adapter;
        }

        @Bean
        EventBus ownBus() {
            return bus;
        }

        @Bean
        NetbusTemplate ownTemplate() {
            return template;
        }

        @Bean
        CortexConfig ownCortexConfig() {
            return cortexConfig;
        }

        @Bean
        Cortex ownCortex() {
            return cortex;
        }

        @Bean
        TasksRepository ownTasks() {
            return tasks;
        }
    }
}
