package io.netbus.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.event.IngestResult;
import io.netbus.event.ShardStats;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventBusFactoryBeanTests {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private Redex redex;
    private EventBusFactoryBean factory;
    private EventBus bus;

    @BeforeEach
    void open() {
        redex = Redex.onDisk(directory, RedexConfig.defaults().withForceInterval(Duration.ofHours(1)));
        factory = new EventBusFactoryBean(
                EventBus.open(new RedexAdapter(redex), EventBusConfig.defaults()), CLOSE_TIMEOUT);
        bus = factory.getObject();
    }

    @AfterEach
    void close() {
        factory.destroy();
        redex.close();
    }

    @Test
    void stopForcesEverythingOfEveryChannelToDisk() {
        factory.start();
        bus.ingest(new byte[10]);
        bus.channel("orders").ingest(new byte[10]);

        factory.stop();

        assertThat(redex.logs()).allSatisfy(EventBusFactoryBeanTests::isForced);
        assertThat(redex.logs().stream()
                        .filter(log -> log.name().matches("bus/[^/]+/[0-9]+"))
                        .mapToLong(RedexLog::nextSequence)
                        .sum())
                .isEqualTo(2);
    }

    @Test
    void theBusWorksOnWhenItIsStartedAgain() {
        factory.start();
        factory.stop();
        assertThat(factory.isRunning()).isFalse();
        factory.start();

        assertThat(factory.isRunning()).isTrue();
        assertThat(bus.ingest(new byte[10])).isEqualTo(IngestResult.ACCEPTED);
    }

    @Test
    void destructionClosesTheBusWithoutLosses() {
        factory.start();
        bus.ingest(new byte[10]);

        factory.destroy();

        assertThat(bus.ingest(new byte[10])).isEqualTo(IngestResult.CLOSED);
        assertThat(bus.stats().stream().mapToLong(ShardStats::acknowledged).sum())
                .isEqualTo(1);
        assertThat(redex.logs()).allSatisfy(EventBusFactoryBeanTests::isForced);
    }

    @Test
    void stopsAfterWhateverPublishesOrListens() {
        assertThat(factory.getPhase()).isLessThan(0);
        assertThat(new StreamCompletion(() -> {}, StreamCompletion.FIRST).getPhase())
                .isGreaterThan(StreamCompletion.LAST);
    }

    private static void isForced(RedexLog log) {
        assertThat(log.forcedSequence()).as(log.name()).isEqualTo(log.nextSequence());
    }
}
