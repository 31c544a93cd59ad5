package io.netbus.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netbus.bus.EventBus;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.bridge.Bridge;
import io.netbus.cortex.bridge.BridgeStats;
import io.netbus.cortex.tasks.TaskChanges;
import io.netbus.cortex.tasks.TaskQuery;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.cortex.tasks.TasksModel;
import io.netbus.cortex.tasks.TasksRepository;
import io.netbus.event.Durability;
import io.netbus.event.StoredEvent;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexLog;
import io.netbus.redex.RedexLogStats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** An application that keeps nothing but what somebody needs, on real files. */
class RetentionTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final Semaphore mayMap = new Semaphore(0);

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        RedexAutoConfiguration.class, NetbusAutoConfiguration.class, CortexAutoConfiguration.class))
                .withBean(TasksBridge.class, SlowBridge::new)
                .withPropertyValues(
                        "netbus.bus.shards=1",
                        "netbus.log.directory=" + directory,
                        "netbus.log.segment-size=64KB",
                        "netbus.log.force-interval=10ms",
                        "netbus.log.retention.max-records=1");
    }

    @Test
    void whatASlowBridgeNeedsIsKeptAcrossARestartAndGoesOnceItHasCaughtUp() {
        runner().run(context -> {
            ingest(context, 1);
            await().atMost(TIMEOUT).until(mayMap::hasQueuedThreads); // at a page of one event
            ingest(context, 99);
            sweep(context);
            assertThat(shard(context).firstSequence()).isZero();
            releaseWhileTheBridgeCloses();
        });
        runner().run(context -> {
            assertThat(context.getBean(TasksRepository.class).count(TaskQuery.all()))
                    .isEqualTo(1);
            assertThat(shard(context).stats().holds())
                    .as("that of the start is gone")
                    .extracting(RedexLogStats.Hold::owner)
                    .containsExactly("bridge:slow");
            ingest(context, 100);
            sweep(context);
            assertThat(shard(context).firstSequence()).isZero();

            mayMap.release(1_000_000);
            TasksRepository tasks = context.getBean(TasksRepository.class);
            await().atMost(TIMEOUT).until(() -> tasks.count(TaskQuery.all()) == 200);
            await().atMost(TIMEOUT)
                    .until(() -> shard(context).stats().holds().get(0).sequence() == 200);
            sweep(context);
            assertThat(shard(context).firstSequence()).isGreaterThan(100);
            assertThat(bridge(context).lost()).isZero();
            assertThat(context.getBean(Redex.class).log(TasksModel.LOG_NAME).firstSequence())
                    .as("a model keeps everything")
                    .isZero();
        });
    }

    @Test
    void whatWentWhileTheBridgeWasNotThereIsCounted() {
        mayMap.release(1_000_000);
        runner().run(context -> {
            ingest(context, 10);
            TasksRepository tasks = context.getBean(TasksRepository.class);
            await().atMost(TIMEOUT).until(() -> tasks.count(TaskQuery.all()) == 10);
        });
        runner().withPropertyValues("netbus.cortex.enabled=false").run(context -> {
            ingest(context, 100);
            sweep(context);
        });
        runner().run(context -> {
            await().atMost(TIMEOUT).until(() -> bridge(context).lag() == 0);
            long gone = shard(context).firstSequence() - 10;
            assertThat(gone).isPositive();
            assertThat(bridge(context).lost()).isEqualTo(gone);
            assertThat(context.getBean(TasksRepository.class).count(TaskQuery.all()))
                    .isEqualTo(110 - gone);
        });
    }

    private void releaseWhileTheBridgeCloses() {
        Thread closing = Thread.currentThread();
        new Thread(() -> {
                    await().atMost(TIMEOUT)
                            .until(() -> closing.getState() == Thread.State.TIMED_WAITING
                                    && Stream.of(closing.getStackTrace())
                                            .anyMatch(frame ->
                                                    frame.getClassName().equals(Bridge.class.getName())));
                    mayMap.release();
                })
                .start();
    }

    private static void ingest(ApplicationContext context, int count) {
        EventBus bus = context.getBean(EventBus.class);
        for (int i = 0; i < count; i++) {
            assertThat(bus.ingest("x".repeat(4_000).getBytes(UTF_8)).isAccepted())
                    .isTrue();
            if (i % 10 == 0) { // a batch is never cut into two segments
                assertThat(bus.flush(Durability.FSYNCED, TIMEOUT).complete()).isTrue();
            }
        }
        assertThat(bus.flush(Durability.FSYNCED, TIMEOUT).complete()).isTrue();
    }

    /** A segment can go once it is sealed, which a force brings about. */
    private static void sweep(ApplicationContext context) {
        shard(context).sync();
        shard(context).sweep();
    }

    private static RedexLog shard(ApplicationContext context) {
        return context.getBean(Redex.class).log("bus/events/0");
    }

    private static BridgeStats bridge(ApplicationContext context) {
        return context.getBean(Cortex.class).bridges().get(0);
    }

    private final class SlowBridge implements TasksBridge {

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public void map(StoredEvent event, TaskChanges tasks) throws InterruptedException {
            mayMap.acquire();
            tasks.create(event.sequence(), "event");
        }
    }
}
