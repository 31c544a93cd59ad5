package io.netbus.actuator.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netbus.actuator.Faults;
import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.cortex.Cortex;
import io.netbus.cortex.CortexConfig;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class NetbusHealthIndicatorTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Redex redex = Redex.inMemory(RedexConfig.defaults());

    @AfterEach
    void close() {
        redex.close();
    }

    @Test
    void isUpWhileAllWork() {
        try (EventBus bus = EventBus.open(new RedexAdapter(redex), EventBusConfig.defaults());
                Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            Health health = new NetbusHealthIndicator(bus, redex, cortex).health();

            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).containsOnlyKeys("channels", "queuedEvents");
        }
    }

    @Test
    void namesTheShardThatFailedAndWhy() {
        try (EventBus bus = EventBus.open(Faults.unwritable(new RedexAdapter(redex)), EventBusConfig.defaults())) {
            NetbusHealthIndicator indicator = new NetbusHealthIndicator(bus, redex, null);
            bus.ingest(new byte[1]);

            await().atMost(TIMEOUT).until(() -> indicator.health().getStatus().equals(Status.DOWN));
            assertThat(indicator.health().getDetails().get("failures"))
                    .asString()
                    .contains("shard events/")
                    .contains("disk is gone: disk=sda");
        }
    }

    @Test
    void namesTheLogThatFailedAndWhy() {
        try (EventBus bus = EventBus.open(new RedexAdapter(redex), EventBusConfig.defaults())) {
            Health health = new NetbusHealthIndicator(bus, Faults.failed(redex), null).health();

            assertThat(health.getStatus()).isEqualTo(Status.DOWN);
            assertThat(health.getDetails().get("failures"))
                    .asString()
                    .contains("log bus/events/0=force failed: errno=5");
        }
    }

    @Test
    void namesTheFoldThatHaltedAndWhy() {
        try (Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            cortex.tasks().create(1, "will not be readable");
        }
        try (EventBus bus = EventBus.open(new RedexAdapter(redex), EventBusConfig.defaults());
                Cortex halted = Cortex.open(Faults.unreadable(redex), CortexConfig.defaults())) {
            Health health = new NetbusHealthIndicator(bus, redex, halted).health();

            assertThat(health.getStatus()).isEqualTo(Status.DOWN);
            assertThat(health.getDetails().get("failures"))
                    .asString()
                    .contains("fold tasks=")
                    .contains("record is unreadable");
        }
    }
}
