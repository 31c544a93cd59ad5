package io.netbus.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netbus.event.Event;
import io.netbus.event.EventLayout;
import io.netbus.redex.LogConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventBusConfigTests {

    private static final int MIB = 1024 * 1024;

    @Test
    void aCopyDiffersInTheOneSetting() {
        EventBusConfig changedOneByOne = EventBusConfig.defaults()
                .withShards(3)
                .withShardBudgetBytes(8 * MIB)
                .withMaxPayloadBytes(10)
                .withMaxBatchEvents(5)
                .withBackpressure(BackpressurePolicy.fail())
                .withIdempotencyWindow(Duration.ofDays(1))
                .withCloseTimeout(Duration.ofSeconds(2));

        assertThat(changedOneByOne)
                .isEqualTo(new EventBusConfig(
                        3, 8 * MIB, 10, 5, BackpressurePolicy.fail(), Duration.ofDays(1), Duration.ofSeconds(2)));
    }

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
        assertThat(LogConfig.defaults().maxPayloadBytes())
                .isGreaterThanOrEqualTo(EventBusConfig.defaults().maxPayloadBytes() + EventLayout.MAX_HEAD_BYTES);
    }

    @Test
    void aLogMayHoldTheLargestEventThereIs() {
        LogConfig config = LogConfig.defaults().withMaxPayloadBytes(64 * MIB + EventLayout.MAX_HEAD_BYTES);

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
        return EventBusConfig.defaults()
                .withMaxPayloadBytes(payloadBytes)
                .withShardBudgetBytes(Math.toIntExact(budgetBytes));
    }
}
