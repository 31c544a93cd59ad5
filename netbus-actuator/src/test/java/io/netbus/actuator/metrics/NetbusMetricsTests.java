package io.netbus.actuator.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.BackpressurePolicy;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.CortexConfig;
import io.netbus.cortex.tasks.TaskChanges;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.event.Durability;
import io.netbus.event.StoredEvent;
import io.netbus.redex.ForcePolicy;
import io.netbus.redex.LogConfig;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import io.netbus.redex.Retention;
import io.netbus.redex.Retention.AtHardLimit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetbusMetricsTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int SMALL = 10;
    private static final String TYPE = "# TYPE ";

    private final Redex redex = Redex.inMemory(RedexConfig.defaults());
    private final EventBus bus = EventBus.open(
            new RedexAdapter(redex),
            EventBusConfig.defaults()
                    .withShards(1)
                    .withMaxPayloadBytes(SMALL)
                    .withBackpressure(BackpressurePolicy.fail()));
    private final Cortex cortex = Cortex.open(redex, CortexConfig.defaults());

    @AfterEach
    void close() {
        cortex.close();
        bus.close();
        redex.close();
    }

    @Test
    void countsWhatHappensToEvents() {
        MeterRegistry registry = bind(new SimpleMeterRegistry());

        bus.ingest(new byte[SMALL]);
        bus.ingest(new byte[SMALL + 1]);
        bus.flush(Durability.FSYNCED, TIMEOUT);

        awaitCount(registry, 2, "netbus.events.offered");
        awaitCount(registry, 1, "netbus.events.accepted");
        awaitCount(registry, 1, "netbus.events.acknowledged");
        awaitCount(registry, 1, "netbus.events.lost", "reason", "refused");
        awaitCount(registry, 0, "netbus.events.lost", "reason", "timed_out");
        bus.close();
        bus.ingest(new byte[SMALL]);
        awaitCount(registry, 1, "netbus.events.lost", "reason", "rejected");
        awaitCount(registry, 0, "netbus.events.lost", "reason", "lost_at_close");
    }

    @Test
    void aChannelThatComesLaterGetsItsMeters() {
        MeterRegistry registry = bind(new SimpleMeterRegistry());
        bus.channel("late").ingest(new byte[SMALL]);
        bus.channel("late").flush(Durability.FSYNCED, TIMEOUT);

        await().atMost(TIMEOUT).untilAsserted(() -> {
            registry.get("netbus.shard.depth").tag("channel", "events").gauge().value();
            assertThat(registry.find("netbus.events.offered")
                            .tag("channel", "late")
                            .functionCounter())
                    .isNotNull()
                    .satisfies(counter -> assertThat(counter.count()).isEqualTo(1));
            assertThat(registry.find("netbus.log.size").tag("log", "bus/late/0").gauge())
                    .isNotNull();
        });
    }

    @Test
    void tellsWhatIsUnforcedAndWhatIsHeld(@TempDir Path directory) {
        LogConfig logs = LogConfig.defaults()
                .withForcePolicy(ForcePolicy.never())
                .withSegmentBytes(64 * 1024)
                .withRetention(Retention.all().withMaxRecords(0).withHardLimit(300 * 1024, AtHardLimit.BREAK_HOLDS));
        try (Redex disk = Redex.onDisk(directory, RedexConfig.defaults().withLogDefaults(logs))) {
            RedexLog log = disk.log("orders");
            MeterRegistry registry = new SimpleMeterRegistry();
            NetbusMetrics metrics = new NetbusMetrics(bus, disk, null);
            metrics.bindTo(registry);
            for (int i = 0; i < 10; i++) {
                log.append(ByteBuffer.allocate(1_000), 1);
            }
            awaitGauge(registry, "netbus.log.unforced", value -> value == 10);
            awaitGauge(registry, "netbus.log.unforced.size", value -> value >= 10_000);
            awaitGauge(registry, "netbus.log.unforced.age", value -> value > 0 && value < TIMEOUT.toSeconds());
            awaitGauge(registry, "netbus.log.holds", value -> value == 0);
            awaitGauge(registry, "netbus.log.held", value -> value == 0);
            awaitGauge(registry, "netbus.log.quarantined", value -> value == 0);

            log.sync();
            awaitGauge(registry, "netbus.log.unforced.size", value -> value == 0);
            awaitGauge(registry, "netbus.log.unforced.age", value -> value == 0);
            awaitGauge(registry, "netbus.log.force.last", value -> value > 0 && value < TIMEOUT.toSeconds());

            log.hold("fast", 8);
            log.hold("slow", 3);
            awaitGauge(registry, "netbus.log.holds", value -> value == 2);
            awaitGauge(registry, "netbus.log.held", value -> value == 7);
            for (int i = 0; i < 600; i++) {
                log.append(ByteBuffer.allocate(1_000), 1);
            }
            awaitCount(registry, 2, "netbus.log.holds.broken");
        }
    }

    @Test
    void everyMeterIsBoundAsItIsDeclared() {
        cortex.bridge(new Nothing(), bus);
        MeterRegistry registry = bind(new SimpleMeterRegistry());

        for (NetbusMeters declared : NetbusMeters.values()) {
            Meter.Id bound =
                    registry.get(declared.getName()).meters().iterator().next().getId();
            assertThat(bound.getType()).as(declared.getName()).isEqualTo(declared.getType());
            assertThat(bound.getBaseUnit()).as(declared.getName()).isEqualTo(declared.getBaseUnit());
            assertThat(bound.getDescription()).as(declared.getName()).isEqualTo(declared.meaning());
            assertThat(bound.getTags().stream().map(tag -> tag.getKey()))
                    .as(declared.getName())
                    .containsExactlyInAnyOrderElementsOf(tagNames(declared));
        }
        assertThat(registry.getMeters().stream()
                        .map(meter -> meter.getId().getName())
                        .distinct())
                .hasSameSizeAs(NetbusMeters.values());
    }

    @Test
    void prometheusNamesNeitherRepeatAUnitNorMissOne() {
        cortex.bridge(new Nothing(), bus);
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        bind(registry);

        List<String> names = registry.scrape()
                .lines()
                .filter(line -> line.startsWith(TYPE))
                .map(line -> line.substring(TYPE.length(), line.lastIndexOf(' ')))
                .toList();

        assertThat(names)
                .containsExactlyInAnyOrder(
                        "netbus_bridge_lag_events",
                        "netbus_bridge_lost_total",
                        "netbus_events_accepted_total",
                        "netbus_events_acknowledged_total",
                        "netbus_events_lost_total",
                        "netbus_events_offered_total",
                        "netbus_fold_lag_records",
                        "netbus_log_force_last_seconds",
                        "netbus_log_held_records",
                        "netbus_log_holds",
                        "netbus_log_holds_broken_total",
                        "netbus_log_quarantined_bytes",
                        "netbus_log_size_bytes",
                        "netbus_log_unforced_age_seconds",
                        "netbus_log_unforced_records",
                        "netbus_log_unforced_size_bytes",
                        "netbus_shard_depth_events",
                        "netbus_shard_queued_bytes");
    }

    @Test
    void theReferenceTellsWhatTheCodeDeclares() throws IOException {
        String declared = Stream.of(NetbusMeters.values())
                .map(meter -> "| `" + meter.getName() + "` | "
                        + meter.getType().name().toLowerCase(Locale.ROOT) + " | "
                        + (meter.getBaseUnit() == null ? "" : meter.getBaseUnit() + " ") + "| "
                        + String.join(", ", tagNames(meter)) + " | " + meter.meaning() + " |")
                .collect(Collectors.joining("\n"));

        String told;
        try (Stream<String> lines = Files.lines(Path.of("..", "docs", "reference", "metrics.md"))) {
            told = lines.filter(line -> line.startsWith("| `")).collect(Collectors.joining("\n"));
        }
        assertThat(told).isEqualTo(declared);
    }

    private MeterRegistry bind(MeterRegistry registry) {
        new NetbusMetrics(bus, redex, cortex).bindTo(registry);
        return registry;
    }

    private static List<String> tagNames(NetbusMeters meter) {
        return Arrays.stream(meter.getKeyNames()).map(tag -> tag.asString()).toList();
    }

    /** Values are read from a snapshot, so a change shows a moment later. */
    private static void awaitCount(MeterRegistry registry, double expected, String name, String... tags) {
        await(name)
                .atMost(TIMEOUT)
                .until(() -> registry.get(name).tags(tags).functionCounter().count() == expected);
    }

    private static void awaitGauge(MeterRegistry registry, String name, DoublePredicate expected) {
        await(name)
                .atMost(TIMEOUT)
                .until(() -> expected.test(registry.get(name).gauge().value()));
    }

    private static final class Nothing implements TasksBridge {

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
