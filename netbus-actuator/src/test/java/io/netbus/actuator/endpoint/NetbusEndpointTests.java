package io.netbus.actuator.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.actuator.Faults;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.CortexConfig;
import io.netbus.event.Durability;
import io.netbus.event.ShardStats;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetbusEndpointTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Redex redex = Redex.inMemory(RedexConfig.defaults());
    private final EventBus bus = EventBus.open(new RedexAdapter(redex), EventBusConfig.defaults());

    @AfterEach
    void close() {
        bus.close();
        redex.close();
    }

    @Test
    void showsEveryChannelWithItsShards() {
        bus.channel("orders").ingest("k-1", "one".getBytes(UTF_8));
        bus.channel("orders").flush(Durability.WRITTEN, TIMEOUT);

        List<ChannelDescriptor> channels =
                new NetbusEndpoint(bus, null, null).netbus().channels();

        assertThat(channels).extracting(ChannelDescriptor::name).containsExactly("events", "orders");
        assertThat(channels.get(1).shards())
                .hasSize(EventBusConfig.defaults().shards())
                .allSatisfy(shard -> assertThat(shard.state()).isEqualTo(ShardStats.State.RUNNING));
        assertThat(channels.get(1).shards().stream()
                        .mapToLong(ShardDescriptor::acknowledged)
                        .sum())
                .isEqualTo(1);
    }

    @Test
    void showsEveryOpenLog() {
        List<LogDescriptor> logs = new NetbusEndpoint(bus, redex, null).netbus().logs();

        assertThat(logs).extracting(LogDescriptor::name).contains("bus/events/0");
        assertThat(logs).allSatisfy(log -> assertThat(log.state()).isEqualTo(LogDescriptor.State.OPEN));
    }

    @Test
    void showsWhoHoldsALogsRecords() {
        redex.log("orders").hold("slow", 0);

        assertThat(new NetbusEndpoint(bus, redex, null).netbus().logs())
                .filteredOn(log -> log.name().equals("orders"))
                .singleElement()
                .satisfies(log -> assertThat(log.holds()).containsExactly(new HoldDescriptor("slow", 0, false)));
    }

    @Test
    void showsWhyALogHasFailed() {
        List<LogDescriptor> logs =
                new NetbusEndpoint(bus, Faults.failed(redex), null).netbus().logs();

        assertThat(logs).isNotEmpty().allSatisfy(log -> {
            assertThat(log.state()).isEqualTo(LogDescriptor.State.FAILED);
            assertThat(log.failure()).isEqualTo("force failed: errno=5");
        });
    }

    @Test
    void showsTheModelsFolds() {
        try (Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            cortex.tasks().create(1, "see it");

            List<FoldDescriptor> folds =
                    new NetbusEndpoint(bus, redex, cortex).netbus().folds();

            assertThat(folds).singleElement().satisfies(fold -> {
                assertThat(fold.name()).isEqualTo("tasks");
                assertThat(fold.rows()).isEqualTo(1);
                assertThat(fold.error()).isNull();
            });
        }
    }

    @Test
    void hasNothingToShowWithoutLogsAndModels() {
        NetbusDescriptor shown = new NetbusEndpoint(bus, null, null).netbus();

        assertThat(shown.logs()).isEmpty();
        assertThat(shown.folds()).isEmpty();
        assertThat(shown.bridges()).isEmpty();
    }
}
