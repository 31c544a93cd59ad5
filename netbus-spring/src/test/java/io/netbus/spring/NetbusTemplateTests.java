package io.netbus.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netbus.adapter.redex.RedexAdapter;
import io.netbus.bus.EventBus;
import io.netbus.bus.EventBusConfig;
import io.netbus.bus.PublishResult;
import io.netbus.consume.StreamRequest;
import io.netbus.event.Durability;
import io.netbus.event.Event;
import io.netbus.event.IngestResult;
import io.netbus.event.StoredEvent;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

class NetbusTemplateTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Redex redex = Redex.inMemory(RedexConfig.defaults());
    private final EventBus bus = EventBus.open(new RedexAdapter(redex), EventBusConfig.defaults());
    private final NetbusTemplate template = new NetbusTemplate(bus, JsonMapper.shared());

    record Order(int number, String customer) {}

    @AfterEach
    void close() {
        bus.close();
        redex.close();
    }

    @Test
    void anObjectTravelsAsJson() {
        PublishResult result = join(template.publish("orders", "c-1", new Order(7, "Ada")));

        assertThat(result.outcome()).isEqualTo(IngestResult.ACCEPTED);
        Event stored = first("orders").event();
        assertThat(stored.toByteArray()).isEqualTo("{\"number\":7,\"customer\":\"Ada\"}".getBytes(UTF_8));
        assertThat(stored.key()).isEqualTo("c-1");
        assertThat(stored.contentType()).isEqualTo("application/json");
    }

    @Test
    void bytesTravelAsTheyAre() {
        join(template.publish("raw", null, new byte[] {1, 2}, Durability.WRITTEN));

        Event stored = first("raw").event();
        assertThat(stored.toByteArray()).containsExactly(1, 2);
        assertThat(stored.key()).isNull();
        assertThat(stored.contentType()).isEqualTo("application/octet-stream");
    }

    @Test
    void aStringTravelsAsTextEvenIfItLooksLikeJson() {
        join(template.publish("texts", null, "{\"ü\":1}"));

        Event stored = first("texts").event();
        assertThat(stored.toByteArray()).isEqualTo("{\"ü\":1}".getBytes(UTF_8));
        assertThat(stored.contentType()).isEqualTo("text/plain;charset=UTF-8");
    }

    @Test
    void anObjectThatIsNoJsonIsRefusedAndNothingIsPublished() {
        Object selfReferring = new Object() {
            @SuppressWarnings("unused")
            public Object getSelf() {
                throw new IllegalStateException("no value");
            }
        };

        assertThatThrownBy(() -> template.publish("orders", null, selfReferring))
                .isInstanceOf(JacksonException.class);
        assertThat(bus.channel("orders").stats())
                .allSatisfy(stats -> assertThat(stats.offered()).isZero());
    }

    @Test
    void anEventIsNotWrappedIntoAnother() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> template.publish("orders", null, Event.of(new byte[0])))
                .withMessageContaining("publish it by EventBus.channel(name).publish(event)");
    }

    @Test
    void aStreamEmitsWhatComesAfterItsStart() {
        join(template.publish("orders", "c", new Order(1, "before")));

        StepVerifier.create(template.stream("orders", Order.class))
                .then(() -> join(template.publish("orders", "c", new Order(2, "after"))))
                .expectNext(new Order(2, "after"))
                .thenCancel()
                .verify(TIMEOUT);
    }

    @Test
    void textAndBytesAreStreamedAsTheyAre() {
        StepVerifier.create(template.stream("orders", String.class))
                .then(() -> join(template.publish("orders", "c", new Order(1, "Ada"))))
                .expectNext("{\"number\":1,\"customer\":\"Ada\"}")
                .thenCancel()
                .verify(TIMEOUT);
        StepVerifier.create(template.stream("orders", byte[].class))
                .then(() -> join(template.publish("orders", "c", "text")))
                .assertNext(bytes -> assertThat(bytes).isEqualTo("text".getBytes(UTF_8)))
                .thenCancel()
                .verify(TIMEOUT);
    }

    @Test
    void anEventThatIsNotOfTheTypeIsSkippedAndCounted() {
        StepVerifier.create(template.stream("orders", Order.class))
                .then(() -> {
                    join(template.publish("orders", "c", "no order"));
                    join(template.publish("orders", "c", "null"));
                    join(template.publish("orders", "c", new byte[] {(byte) 0xFF}));
                    join(template.publish("orders", "c", new Order(3, "whole")));
                })
                .expectNext(new Order(3, "whole"))
                .thenCancel()
                .verify(TIMEOUT);
        assertThat(template.undecodable()).isEqualTo(3);
    }

    @Test
    void aStreamEmitsOnlyWhatIsAskedFor() {
        int count = 500;
        Flux<Integer> numbers = template.stream("orders", Order.class).map(Order::number);

        StepVerifier.create(numbers, 0)
                .then(() -> IntStream.range(0, count)
                        .forEach(number ->
                                join(template.publish("orders", "c", new Order(number, ""), Durability.WRITTEN))))
                .thenRequest(3)
                .expectNext(0, 1, 2)
                .thenRequest(Long.MAX_VALUE)
                .expectNextSequence(IntStream.range(3, count).boxed().toList())
                .thenCancel()
                .verify(TIMEOUT);
    }

    @Test
    void elementsComeOnAThreadThatMayBlock() {
        StepVerifier.create(template.stream("orders", Order.class)
                        .map(order -> Thread.currentThread().getName()))
                .then(() -> join(template.publish("orders", "c", new Order(1, "Ada"))))
                .assertNext(name -> assertThat(name).startsWith("boundedElastic"))
                .thenCancel()
                .verify(TIMEOUT);
    }

    @Test
    void streamsCompleteWhenTheBusIsToldToAndWhenItCloses() {
        StepVerifier.create(template.stream("orders", Order.class))
                .then(bus::completeStreams)
                .expectComplete()
                .verify(TIMEOUT);
        StepVerifier.create(template.stream("orders", Order.class))
                .then(bus::close)
                .expectComplete()
                .verify(TIMEOUT);
    }

    @Test
    void aChannelNameThatIsNoneIsRefusedAtOnce() {
        assertThatIllegalArgumentException().isThrownBy(() -> template.stream("No Channel", Order.class));
    }

    private StoredEvent first(String channel) {
        StoredEvent event =
                template.events(channel, StreamRequest.fromBeginning()).blockFirst(TIMEOUT);
        assertThat(event).isNotNull();
        return event;
    }

    private static PublishResult join(CompletionStage<PublishResult> stage) {
        return stage.toCompletableFuture().join();
    }
}
