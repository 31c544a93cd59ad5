package io.netbus.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netbus.event.Event;
import io.netbus.event.EventLayout;
import io.netbus.redex.RedexConfig;
import org.junit.jupiter.api.Test;

class EventBusConfigTests {

    private static final int MIB = 1024 * 1024;

    @Test
    void aBudgetThatTheLargestEventMightNeverFitIsRefused() {
        long least = EventBusConfig.minShardBudgetBytes(MIB);

        assertThat(withBudgetAndPayload(least, MIB).shardBudgetBytes()).isEqualTo((int) least);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withBudgetAndPayload(least - 1, MIB))
                .withMessageContaining("shardBudgetBytes=" + (least - 1))
                .withMessageContaining("min=" + least);
    }

    @Test
    void theDefaultLogHoldsTheDefaultBusesLargestEvent() {
        assertThat(RedexConfig.defaults().maxPayloadBytes())
                .isGreaterThanOrEqualTo(EventBusConfig.defaults().maxPayloadBytes() + EventLayout.MAX_HEAD_BYTES);
    }

    @Test
    void aLogMayHoldTheLargestEventThereIs() {
        RedexConfig config = RedexConfig.defaults().withMaxPayloadBytes(64 * MIB + EventLayout.MAX_HEAD_BYTES);

        assertThat(config.maxPayloadBytes()).isGreaterThan(64 * MIB);
    }

    @Test
    void anEventsHeadIsBounded() {
        Event.Builder fits = Event.builder(new byte[0]).key("k".repeat(EventLayout.MAX_TEXT_BYTES));
        Event.Builder tooLong = Event.builder(new byte[0])
                .key("k".repeat(EventLayout.MAX_TEXT_BYTES))
                .id("i".repeat(EventLayout.MAX_TEXT_BYTES));

        assertThat(fits.build().encodedBytes()).isLessThanOrEqualTo(EventLayout.MAX_HEAD_BYTES);
        assertThatIllegalArgumentException()
                .isThrownBy(tooLong::build)
                .withMessageContaining("max=" + EventLayout.MAX_HEAD_BYTES);
    }

    private static EventBusConfig withBudgetAndPayload(long budgetBytes, int payloadBytes) {
        EventBusConfig defaults = EventBusConfig.defaults();
        return new EventBusConfig(
                defaults.shards(),
                Math.toIntExact(budgetBytes),
                payloadBytes,
                defaults.maxBatchEvents(),
                defaults.backpressure(),
                defaults.idempotencyWindow(),
                defaults.closeTimeout());
    }
}
