package io.netbus.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netbus.bus.EventBus;
import io.netbus.consume.PollRequest;
import io.netbus.consume.PollResult;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.fold.FoldStats;
import io.netbus.cortex.tasks.TaskQuery;
import io.netbus.cortex.tasks.TasksRepository;
import io.netbus.event.IngestResult;
import io.netbus.event.StoredEvent;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexLog;
import io.netbus.redex.RedexLogStats;
import io.netbus.spring.NetbusTemplate;
import io.netbus.spring.StreamCompletion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.test.StepVerifier;

@ExtendWith(OutputCaptureExtension.class)
class LifecycleTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MANY = 50_000;

    @TempDir
    Path directory;

    private final ApplicationContextRunner memory = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RedexAutoConfiguration.class, NetbusAutoConfiguration.class, CortexAutoConfiguration.class))
            .withPropertyValues("netbus.log.storage=memory");

    private ApplicationContextRunner disk() {
        return memory.withPropertyValues(
                "netbus.log.storage=disk", "netbus.log.directory=" + directory, "netbus.log.force-interval=1h");
    }

    @Test
    void everythingAcceptedIsThereAfterARestart(CapturedOutput output) throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        disk().run(context -> {
            EventBus bus = context.getBean(EventBus.class);
            List<Thread> producers = new ArrayList<>();
            for (int p = 0; p < 4; p++) {
                String channel = p % 2 == 0 ? "events" : "orders";
                Thread producer = new Thread(() -> {
                    for (int i = 0; i < MANY / 4; i++) {
                        if (bus.channel(channel)
                                .ingest(("event " + i).getBytes(UTF_8))
                                .isAccepted()) {
                            accepted.incrementAndGet();
                        }
                    }
                });
                producer.start();
                producers.add(producer);
            }
            for (Thread producer : producers) {
                producer.join();
            }
        });

        disk().run(context -> {
            EventBus bus = context.getBean(EventBus.class);
            assertThat(count(bus, "events") + count(bus, "orders"))
                    .isEqualTo(accepted.get())
                    .isEqualTo(MANY);
        });
        assertThat(output).doesNotContain("not everything accepted").doesNotContain("closed with losses");
    }

    @Test
    void aStopForcesEverythingToDisk() {
        disk().run(context -> {
            context.getBean(EventBus.class).ingest(new byte[10]);

            context.getSourceApplicationContext().stop();

            assertThat(context.getBean(Redex.class).logs())
                    .extracting(RedexLog::stats)
                    .allSatisfy(LifecycleTests::isForced);
        });
    }

    @Test
    void aContextThatIsStoppedAndStartedWorksOnTheSameBeans() {
        disk().run(context -> {
            EventBus bus = context.getBean(EventBus.class);
            context.getSourceApplicationContext().stop();
            context.getSourceApplicationContext().start();

            worksOn(context, bus);
        });
    }

    @Test
    void aContextThatATestPausesWorksOnTheSameBeans() {
        disk().run(context -> {
            EventBus bus = context.getBean(EventBus.class);
            context.getSourceApplicationContext().pause();
            context.getSourceApplicationContext().restart();

            worksOn(context, bus);
        });
    }

    private static void worksOn(AssertableApplicationContext context, EventBus bus) {
        assertThat(context.getBean(EventBus.class)).isSameAs(bus);
        NetbusTemplate template = context.getBean(NetbusTemplate.class);
        StepVerifier.create(template.stream("events", String.class))
                .then(() -> template.publish("events", null, "after the restart"))
                .expectNext("after the restart")
                .thenCancel()
                .verify(TIMEOUT);
        TasksRepository tasks = context.getBean(TasksRepository.class);
        StepVerifier.create(tasks.watch(TaskQuery.all()))
                .assertNext(list -> assertThat(list).isEmpty())
                .then(() -> tasks.create(1, "after the restart"))
                .assertNext(list -> assertThat(list).hasSize(1))
                .thenCancel()
                .verify(TIMEOUT);
    }

    @Test
    void openStreamsAndWatchersCompleteAtTheStop() {
        memory.run(context -> {
            NetbusTemplate template = context.getBean(NetbusTemplate.class);
            TasksRepository tasks = context.getBean(TasksRepository.class);

            StepVerifier.create(tasks.watch(TaskQuery.all()).then())
                    .then(() -> StepVerifier.create(template.stream("events", String.class))
                            .then(() -> context.getSourceApplicationContext().stop())
                            .expectComplete()
                            .verify(TIMEOUT))
                    .expectComplete()
                    .verify(TIMEOUT);
        });
    }

    @Test
    void streamsEndBeforeAWebServerBeginsToWaitAndAgainWhenItShutsItsDoor() {
        int webServerWaits = SmartLifecycle.DEFAULT_PHASE - 1024;
        memory.run(context -> assertThat(
                        context.getBeansOfType(StreamCompletion.class).values())
                .extracting(StreamCompletion::getPhase)
                .containsExactlyInAnyOrder(
                        SmartLifecycle.DEFAULT_PHASE, SmartLifecycle.DEFAULT_PHASE, webServerWaits, webServerWaits));
    }

    @Test
    void theBusIsOpenUntilTheLastBeanThatUsesItIsGone() {
        disk().withUserConfiguration(FarewellConfiguration.class).run(context -> {
            Farewell farewell = context.getBean(Farewell.class);
            context.close();
            assertThat(farewell.result).isEqualTo(IngestResult.ACCEPTED);
        });

        disk().run(context ->
                assertThat(count(context.getBean(EventBus.class), "events")).isEqualTo(1));
    }

    @Test
    void theBusClosesBeforeTheModelsAndTheModelsBeforeTheLogs() {
        memory.run(context -> {
            EventBus bus = context.getBean(EventBus.class);
            Cortex cortex = context.getBean(Cortex.class);
            RedexLog log = context.getBean(Redex.class).log("cortex/tasks");

            assertThat(context.getBeanFactory().getDependenciesForBean("netbusEventBus"))
                    .contains("netbusCortex", "netbusAdapter");
            assertThat(context.getBeanFactory().getDependenciesForBean("netbusCortex"))
                    .contains("netbusRedex");
            assertThat(context.getBeanFactory().getDependenciesForBean("netbusAdapter"))
                    .contains("netbusRedex");

            context.close();

            assertThat(bus.ingest(new byte[1])).isEqualTo(IngestResult.CLOSED);
            assertThat(cortex.folds()).extracting(FoldStats::state).containsOnly(FoldStats.State.CLOSED);
            isForced(log.stats());
        });
    }

    @Test
    void whatCannotBeSavedInTimeIsReported(CapturedOutput output) {
        memory.withUserConfiguration(StuckAdapterConfiguration.class)
                .withPropertyValues("netbus.bus.close-timeout=50ms")
                .run(context -> {
                    EventBus bus = context.getBean(EventBus.class);
                    bus.ingest(new byte[10]);
                    await().atMost(TIMEOUT)
                            .until(() -> bus.stats().stream().anyMatch(stats -> stats.lastError() != null));
                });

        assertThat(output)
                .contains("not everything accepted is forced to disk: closeTimeout=PT0.05S")
                .contains("channel=events, shard=")
                .contains("bus closed with losses: lostEvents=1");
    }

    private static void isForced(RedexLogStats stats) {
        assertThat(stats.forcedSequence()).as(stats.name()).isEqualTo(stats.nextSequence());
    }

    private static int count(EventBus bus, String channel) {
        List<StoredEvent> events = new ArrayList<>();
        PollRequest request = PollRequest.first(PollRequest.MAX_LIMIT);
        PollResult page;
        do {
            page = bus.channel(channel).poll(request);
            events.addAll(page.events());
            request = request.after(page.next());
        } while (page.hasMore());
        return events.size();
    }

    /** Publishes when all lifecycles have stopped already. */
    static final class Farewell implements DisposableBean {

        private final EventBus bus;
        private volatile IngestResult result = IngestResult.UNAVAILABLE;

        Farewell(EventBus bus) {
            this.bus = bus;
        }

        @Override
        public void destroy() {
            result = bus.ingest("farewell".getBytes(UTF_8));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FarewellConfiguration {

        @Bean
        Farewell farewell(EventBus bus) {
            return new Farewell(bus);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class StuckAdapterConfiguration {

        @Bean
        StuckAdapter adapter(Redex redex) {
            return new StuckAdapter(redex);
        }
    }
}
