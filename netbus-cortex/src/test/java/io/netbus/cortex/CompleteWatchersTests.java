package io.netbus.cortex;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.cortex.tasks.Task;
import io.netbus.cortex.tasks.TaskQuery;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class CompleteWatchersTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Test
    void openWatchersCompleteAndLaterOnesWatchOn() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults());
                Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            Flux<List<Task>> watch = cortex.tasks().watch(TaskQuery.all());
            StepVerifier.create(watch)
                    .assertNext(tasks -> assertThat(tasks).isEmpty())
                    .then(cortex::completeWatchers)
                    .expectComplete()
                    .verify(TIMEOUT);

            StepVerifier.create(watch)
                    .assertNext(tasks -> assertThat(tasks).isEmpty())
                    .then(() -> cortex.tasks().create(1, "after the completion"))
                    .assertNext(tasks -> assertThat(tasks).hasSize(1))
                    .thenCancel()
                    .verify(TIMEOUT);
        }
    }
}
