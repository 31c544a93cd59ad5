package io.netbus.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.event.Event;
import io.netbus.event.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CursorAfterEventTests {

    private final MemoryStream left = new MemoryStream(0);
    private final MemoryStream right = new MemoryStream(3);
    private final ChannelReader reader = new ChannelReader("orders", List.of(left, right), new PushWorker());

    @Test
    void readingOnBehindAnyEventSkipsNoneAndRepeatsNone() {
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            (random.nextBoolean() ? left : right).append(Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        }
        List<StoredEvent> all = reader.poll(PollRequest.first(100)).events();
        Cursor behind = start();
        Set<Object> seen = new HashSet<>();
        for (StoredEvent event : all) {
            behind = reader.after(behind, event);
            seen.add(event.position());
            Cursor parsed = Cursor.parse(behind.toString());
            List<StoredEvent> rest =
                    reader.poll(PollRequest.first(100).after(parsed)).events();
            assertThat(rest).hasSize(all.size() - seen.size()).noneMatch(e -> seen.contains(e.position()));
        }
        assertThat(behind).isEqualTo(reader.end());
    }

    @Test
    void itIsOfTheEpochTheEventWasReadIn() {
        left.append(new byte[] {1});
        Cursor early = reader.end();
        left.append(new byte[] {2});
        left.rewriteFrom(1);
        left.append(new byte[] {3});
        right.append(new byte[] {4});

        Cursor behind = early;
        for (StoredEvent event : reader.poll(PollRequest.first(10).after(early)).events()) {
            behind = reader.after(behind, event);
        }
        assertThat(behind).isEqualTo(reader.end());
        assertThat(reader.poll(PollRequest.first(10).after(behind)).events()).isEmpty();
    }

    @Test
    void anEventTheChannelHasNotStoredIsRefused() {
        left.append(new byte[] {1});
        assertRefused(new StoredEvent(0, 1, 0, Event.of(new byte[0])));
        assertRefused(new StoredEvent(2, 0, 0, Event.of(new byte[0])));
    }

    private void assertRefused(StoredEvent event) {
        assertThatThrownBy(() -> reader.after(start(), event))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shard=" + event.shard());
    }

    private static Cursor start() {
        return Cursor.start(Cursor.fingerprint("orders"));
    }
}
