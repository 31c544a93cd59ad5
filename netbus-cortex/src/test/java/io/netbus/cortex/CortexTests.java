package io.netbus.cortex;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netbus.cortex.bridge.Bridge;
import io.netbus.cortex.bridge.BridgeStats;
import io.netbus.cortex.bridge.TestChannel;
import io.netbus.cortex.fold.FoldClosedException;
import io.netbus.cortex.fold.FoldHaltedException;
import io.netbus.cortex.fold.FoldStats;
import io.netbus.cortex.fold.QuarantinedEvent;
import io.netbus.cortex.tasks.Task;
import io.netbus.cortex.tasks.TaskChanges;
import io.netbus.cortex.tasks.TaskQuery;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.cortex.tasks.TasksModel;
import io.netbus.event.Durability;
import io.netbus.event.StoredEvent;
import io.netbus.redex.Acknowledgement;
import io.netbus.redex.ForcePolicy;
import io.netbus.redex.LogConfig;
import io.netbus.redex.Redex;
import io.netbus.redex.RedexConfig;
import io.netbus.redex.RedexLog;
import io.netbus.redex.Retention;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

class CortexTests {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void aModelWaitsForTheDiskAsItsCommandsSayWhateverTheLogsDo() {
        LogConfig logs = LogConfig.defaults()
                .withAcknowledgement(Acknowledgement.FSYNCED)
                .withForcePolicy(ForcePolicy.never());
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults().withLogDefaults(logs));
                Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            RedexLog log = redex.log(TasksModel.LOG_NAME);

            cortex.tasks().withDurability(Durability.WRITTEN).create(1, "one");
            assertThat(log.forcedSequence()).isZero();
            cortex.tasks().create(2, "two");
            assertThat(log.forcedSequence()).isEqualTo(2);
        }
    }

    @Test
    void aModelKeepsEverythingWhateverTheLogsDo() {
        LogConfig logs = LogConfig.defaults().withRetention(Retention.all().withMaxRecords(0));
        try (Redex redex = Redex.inMemory(RedexConfig.defaults().withLogDefaults(logs));
                Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            for (int i = 0; i < 1_000; i++) {
                cortex.tasks().create(i, "task");
            }
            redex.log(TasksModel.LOG_NAME).sweep();
            assertThat(redex.log(TasksModel.LOG_NAME).firstSequence()).isZero();
        }
    }

    @Test
    void tasksAreThereAgainAfterARestart() {
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults());
                Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            cortex.tasks().create(1, "one");
        }
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults());
                Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            assertThat(cortex.tasks().find(TaskQuery.all()))
                    .extracting(Task::title)
                    .containsExactly("one");
            assertThat(redex.names()).containsExactly("cortex/tasks");
        }
    }

    @Test
    void anInterruptedWriterClosesNothingForTheOthers() {
        try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults());
                Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            for (int i = 0; i < 20; i++) {
                Thread.currentThread().interrupt();
                try {
                    cortex.tasks().create(i, "task");
                } catch (RuntimeException durabilityUnknown) {
                    assertThat(durabilityUnknown).hasMessageContaining("interrupted");
                }
                assertThat(Thread.interrupted()).isTrue();
            }
            cortex.tasks().create(100, "after");
            assertThat(cortex.tasks().count(TaskQuery.all())).isEqualTo(21);
        }
    }

    @Test
    void statsNameWhatThereIs() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults());
                TestChannel channel = new TestChannel("events", 1);
                Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
            cortex.tasks().create(1, "one");
            Bridge bridge = cortex.bridge(new CreateFromText("texts"), channel.source());
            assertThat(cortex.folds())
                    .containsExactly(new FoldStats("tasks", FoldStats.State.READY, 0, 1, 0, 0, 0, null));
            assertThat(cortex.bridges()).extracting(BridgeStats::name).containsExactly("texts");
            assertThatThrownBy(() -> cortex.bridge(new CreateFromText("texts"), channel.source()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bridge=texts");
            assertThatThrownBy(() -> cortex.bridge(new CreateFromText("Not A Name"), channel.source()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a-z 0-9");
            channel.append(0, "no number");
            assertThat(bridge.await(channel.source().end(), LONG)).isTrue();
            assertThat(cortex.quarantinedSourceEvents())
                    .singleElement()
                    .satisfies(event -> assertThat(event.reason()).contains("NumberFormatException"));
            bridge.close();
            assertThat(cortex.bridges()).isEmpty();
            cortex.bridge(new CreateFromText("texts"), channel.source());
            assertThat(cortex.bridges()).hasSize(1);
        }
    }

    @Test
    void aHaltedModelIsToldAndDoesNotKeepTheApplicationFromStarting() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults())) {
            redex.log(TasksModel.LOG_NAME).append(ByteBuffer.wrap(new byte[] {(byte) 0xE5, 9}), 0);
            try (Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
                assertThat(cortex.folds().get(0).state()).isEqualTo(FoldStats.State.HALTED);
                assertThatThrownBy(() -> cortex.tasks().find(TaskQuery.all())).isInstanceOf(FoldHaltedException.class);
                assertThatThrownBy(() -> cortex.tasks().findById(1)).isInstanceOf(FoldHaltedException.class);
                assertThatThrownBy(() -> cortex.tasks().create(1, "one")).isInstanceOf(FoldHaltedException.class);
                StepVerifier.create(cortex.tasks().watch(TaskQuery.all()))
                        .expectError(FoldHaltedException.class)
                        .verify(LONG);
            }
        }
    }

    @Test
    void quarantinedEventsAreTold() {
        try (Redex redex = Redex.inMemory(RedexConfig.defaults())) {
            redex.log(TasksModel.LOG_NAME).append(ByteBuffer.wrap("?".getBytes(UTF_8)), 0);
            try (Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
                assertThat(cortex.quarantined())
                        .extracting(QuarantinedEvent::sequence)
                        .containsExactly(0L);
            }
        }
    }

    @Test
    void closingEndsBridgesThenFoldsThenWatchersAndEveryThread() {
        Redex redex = Redex.inMemory(RedexConfig.defaults());
        TestChannel channel = new TestChannel("events", 1);
        Cortex cortex = Cortex.open(redex, CortexConfig.defaults());
        Bridge bridge = cortex.bridge(new CreateFromText("texts"), channel.source());
        StepVerifier.create(cortex.tasks().watch(TaskQuery.all()).map(List::size))
                .expectNext(0)
                .then(() -> {
                    channel.append(0, "1");
                    assertThat(bridge.await(channel.source().end(), LONG)).isTrue();
                })
                .expectNext(1)
                .then(cortex::close)
                .expectComplete()
                .verify(LONG);
        cortex.close();
        assertThat(bridge.stats().state()).isEqualTo(BridgeStats.State.CLOSED);
        assertThat(cortex.folds().get(0).state()).isEqualTo(FoldStats.State.CLOSED);
        assertThat(cortex.tasks().findById(1)).isPresent();
        assertThatThrownBy(() -> cortex.tasks().create(2, "two")).isInstanceOf(FoldClosedException.class);
        assertThatThrownBy(() -> cortex.bridge(new CreateFromText("more"), channel.source()))
                .isInstanceOf(IllegalStateException.class);
        await().atMost(LONG)
                .until(() ->
                        netbusThreads().stream().noneMatch(name -> name.matches("netbus-(watch|fold-.*|bridge-.*)")));
        channel.close();
        redex.close();
    }

    @Test
    void aBridgeGoesOnAfterARestart() {
        try (TestChannel channel = new TestChannel("events", 2)) {
            for (int start = 0; start < 3; start++) {
                try (Redex redex = Redex.onDisk(directory, RedexConfig.defaults());
                        Cortex cortex = Cortex.open(redex, CortexConfig.defaults())) {
                    Bridge bridge = cortex.bridge(new CreateFromText("texts"), channel.source());
                    for (int i = 0; i < 500; i++) {
                        channel.append(i % 2, Integer.toString(start * 500 + i));
                    }
                    assertThat(bridge.await(channel.source().end(), LONG)).isTrue();
                    assertThat(bridge.stats().handled()).isEqualTo(500);
                    assertThat(cortex.tasks().count(TaskQuery.all())).isEqualTo(500L * (start + 1));
                }
            }
        }
    }

    private static Set<String> netbusThreads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).collect(Collectors.toSet());
    }

    /** Takes the payload for an id. */
    private record CreateFromText(String name) implements TasksBridge {

        @Override
        public void map(StoredEvent event, TaskChanges tasks) {
            String text = new String(event.event().toByteArray(), UTF_8);
            tasks.create(Long.parseLong(text), "task " + text);
        }
    }
}
