package io.netbus.autoconfigure.actuator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netbus.actuator.endpoint.NetbusEndpoint;
import io.netbus.actuator.health.NetbusHealthIndicator;
import io.netbus.actuator.metrics.NetbusMetrics;
import io.netbus.autoconfigure.CortexAutoConfiguration;
import io.netbus.autoconfigure.NetbusAutoConfiguration;
import io.netbus.autoconfigure.RedexAutoConfiguration;
import io.netbus.bus.EventBus;
import io.netbus.cortex.tasks.TaskChanges;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.event.Durability;
import io.netbus.event.StoredEvent;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.jackson.EndpointJsonMapper;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ActuatorAutoConfigurationTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RedexAutoConfiguration.class,
                    NetbusAutoConfiguration.class,
                    CortexAutoConfiguration.class,
                    NetbusEndpointAutoConfiguration.class,
                    NetbusHealthContributorAutoConfiguration.class,
                    NetbusMetricsAutoConfiguration.class,
                    EndpointAutoConfiguration.class,
                    JacksonEndpointAutoConfiguration.class,
                    HealthContributorRegistryAutoConfiguration.class,
                    HealthContributorAutoConfiguration.class,
                    HealthEndpointAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withBean(SimpleMeterRegistry.class)
            .withPropertyValues(
                    "netbus.log.storage=memory", "netbus.bus.shards=1", "management.endpoints.web.exposure.include=*");

    @Test
    void theEndpointAnswersInItsDocumentedShape() {
        runner.withBean(TasksBridge.class, Nothing::new).run(context -> {
            EventBus bus = context.getBean(EventBus.class);
            bus.ingest("payload".getBytes(UTF_8));
            bus.flush(Durability.FSYNCED, TIMEOUT);
            await().atMost(TIMEOUT)
                    .until(() -> context.getBean(NetbusEndpoint.class)
                                    .netbus()
                                    .bridges()
                                    .get(0)
                                    .handled()
                            == 1);
            JsonMapper mapper = context.getBean(EndpointJsonMapper.class).get();

            JsonNode json = mapper.readTree(mapper.writeValueAsString(
                    context.getBean(NetbusEndpoint.class).netbus()));

            int table = json.path("logs").path(0).path("bytes").asInt();
            int bytes = json.path("logs").path(1).path("bytes").asInt();
            int quiet = json.path("channels")
                    .path(0)
                    .path("shards")
                    .path(0)
                    .path("queuedBytes")
                    .asInt();
            int tasks = json.path("logs").path(2).path("bytes").asInt();
            int records = json.path("logs").path(2).path("nextSequence").asInt();
            assertThat(bytes).isPositive();
            assertThat(json).isEqualTo(mapper.readTree("""
                            {"channels":[{"name":"events","shards":[{"shard":0,"state":"RUNNING","offered":1,"accepted":1,
                              "refused":0,"timedOut":0,"duplicate":0,"rejected":0,"acknowledged":1,"lostAtClose":0,
                              "queuedEvents":0,"queuedBytes":%d,"batches":1,"lastError":null}]}],
                             "logs":[{"name":"bus/events","firstSequence":0,"nextSequence":1,"forcedSequence":1,"bytes":%d,
                               "segments":1,"unforcedBytes":0,"quarantinedBytes":0,
                              "damagedRecords":0,"archivedSegments":0,
                              "holds":[],"brokenHolds":0,"epoch":0,"state":"OPEN","failure":null},
                               {"name":"bus/events/0","firstSequence":0,"nextSequence":1,"forcedSequence":1,
                              "bytes":%d,"segments":1,"unforcedBytes":0,"quarantinedBytes":0,
                              "damagedRecords":0,"archivedSegments":0,
                              "holds":[{"owner":"bridge:nothing","sequence":0,"broken":false}],"brokenHolds":0,"epoch":0,"state":"OPEN","failure":null},
                              {"name":"cortex/tasks","firstSequence":0,"nextSequence":%d,"forcedSequence":%d,
                              "bytes":%d,"segments":1,"unforcedBytes":0,"quarantinedBytes":0,
                              "damagedRecords":0,"archivedSegments":0,
                              "holds":[],"brokenHolds":0,"epoch":0,"state":"OPEN","failure":null}],
                             "folds":[{"name":"tasks","state":"READY","lag":0,"rows":0,"quarantined":0,"error":null}],
                             "bridges":[{"name":"nothing","source":"events","state":"RUNNING","lag":0,"handled":1,
                              "quarantined":0,"lost":0,"error":null}]}""".formatted(quiet, table, bytes, records, records, tasks)));
        });
    }

    @Test
    void theEndpointIsThereOnlyIfItIsExposed() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=health")
                .run(context -> assertThat(context).doesNotHaveBean(NetbusEndpoint.class));
        runner.withPropertyValues("management.endpoint.netbus.access=NONE")
                .run(context -> assertThat(context).doesNotHaveBean(NetbusEndpoint.class));
    }

    @Test
    void healthHasAComponentOfThatName() {
        runner.run(context -> {
            Object health = context.getBean(HealthEndpoint.class).healthForPath("netbus");
            assertThat(health)
                    .isInstanceOfSatisfying(
                            IndicatedHealthDescriptor.class,
                            descriptor -> assertThat(descriptor.getStatus()).isEqualTo(Status.UP));
        });
    }

    @Test
    void healthCanBeSwitchedOff() {
        runner.withPropertyValues("management.health.netbus.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(NetbusHealthIndicator.class));
    }

    @Test
    void metersAreBound() {
        runner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(registry.get("netbus.events.accepted")
                            .tags("channel", "events", "shard", "0")
                            .functionCounter()
                            .count())
                    .isZero();
            assertThat(registry.get("netbus.fold.lag")
                            .tags("fold", "tasks")
                            .gauge()
                            .value())
                    .isZero();
        });
    }

    @Test
    void everyBeanBacksOffForOneOfTheApplications() {
        runner.withBean("ownEndpoint", NetbusEndpoint.class, () -> new NetbusEndpoint(mock(EventBus.class), null, null))
                .withBean("ownMetrics", NetbusMetrics.class, () -> new NetbusMetrics(mock(EventBus.class), null, null))
                .withBean(
                        "netbusHealthIndicator",
                        NetbusHealthIndicator.class,
                        () -> new NetbusHealthIndicator(mock(EventBus.class), null, null))
                .run(context -> {
                    assertThat(context).hasSingleBean(NetbusEndpoint.class).hasBean("ownEndpoint");
                    assertThat(context).hasSingleBean(NetbusMetrics.class).hasBean("ownMetrics");
                    assertThat(context).hasSingleBean(NetbusHealthIndicator.class);
                });
    }

    @Test
    void withoutTheActuatorTheBusIsThere() {
        runnerOfNetbusAlone()
                .withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.actuate", "org.springframework.boot.health", "io.micrometer"))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context).hasSingleBean(EventBus.class);
                    assertThat(context).doesNotHaveBean("netbusEndpoint");
                    assertThat(context).doesNotHaveBean("netbusHealthIndicator");
                    assertThat(context).doesNotHaveBean("netbusMetrics");
                });
    }

    @Test
    void withoutOurActuatorModuleTheBusIsThere() {
        runnerOfNetbusAlone()
                .withClassLoader(new FilteredClassLoader("io.netbus.actuator"))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context).hasSingleBean(EventBus.class);
                });
    }

    @Test
    void withoutModelsTheActuatorShowsTheRest() {
        runner.withPropertyValues("netbus.cortex.enabled=false").run(context -> {
            assertThat(context.getBean(NetbusEndpoint.class).netbus().folds()).isEmpty();
            assertThat(context.getBean(NetbusEndpoint.class).netbus().channels())
                    .hasSize(1);
        });
    }

    @Test
    void switchedOffNothingIsThere() {
        runner.withPropertyValues("netbus.enabled=false").run(context -> {
            assertThat(context).doesNotHaveBean(NetbusEndpoint.class);
            assertThat(context).doesNotHaveBean(NetbusHealthIndicator.class);
            assertThat(context).doesNotHaveBean(NetbusMetrics.class);
        });
    }

    private static ApplicationContextRunner runnerOfNetbusAlone() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        RedexAutoConfiguration.class,
                        NetbusAutoConfiguration.class,
                        CortexAutoConfiguration.class,
                        NetbusEndpointAutoConfiguration.class,
                        NetbusHealthContributorAutoConfiguration.class,
                        NetbusMetricsAutoConfiguration.class))
                .withPropertyValues("netbus.log.storage=memory");
    }

    static final class Nothing implements TasksBridge {

        @Override
        public String name() {
            return "nothing";
        }

        @Override
        public void map(StoredEvent event, TaskChanges tasks) {
            // reads, and changes nothing
        }
    }
}
