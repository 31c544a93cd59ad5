package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives the desk's process. */
class RestartIT {

    private static final boolean TORTURE = Boolean.getBoolean("netbus.torture");
    private static final int KILLS = TORTURE ? 20 : 3;
    private static final int KILLS_AMID_DELIVERIES = TORTURE ? 20 : 1;
    private static final Duration GENEROUS = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void aStopKeepsEventsTasksAndDeliveries() {
        List<String> lines = new Webhooks(4).lines(100);
        List<DeskClient.Served> before;
        try (DeskProcess desk = DeskProcess.start(directory, "128m")) {
            desk.client().uploadForced(lines);
            assertThat(desk.client().deliver("ping", "d-1", "{}").statusCode()).isEqualTo(202);
            before = desk.client().events(50, null);
            desk.stop();
        }
        assertThat(directory.resolve("data/netbus")).isDirectory();
        try (DeskProcess desk = DeskProcess.start(directory, "128m")) {
            DeskClient client = desk.client();
            assertThat(client.deliver("ping", "d-1", "{}").statusCode()).isEqualTo(200);
            assertThat(client.events(50, null)).containsExactlyInAnyOrderElementsOf(before);
            assertThat(Webhooks.tasksOf(client)).isEqualTo(Webhooks.fold(lines));
        }
    }

    @Test
    void aKillLosesNothingAcknowledgedAndDoublesNothing() throws InterruptedException {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        Webhooks webhooks = new Webhooks(seed);
        Set<String> acknowledged = new HashSet<>();
        for (int kill = 0; kill < KILLS; kill++) {
            String round = "seed=" + seed + ", kill=" + kill;
            try (DeskProcess desk = DeskProcess.start(directory, "128m")) {
                assertKept(desk.client(), acknowledged, round);
                acknowledged.addAll(uploadUntilKilled(desk, webhooks, random));
            }
        }
        try (DeskProcess desk = DeskProcess.start(directory, "128m")) {
            assertKept(desk.client(), acknowledged, "seed=" + seed + ", end");
        }
    }

    @Test
    void aDeliveryRepeatedAcrossKillsIsStoredOnce() {
        long seed = Long.getLong("netbus.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Integer> next = new HashMap<>();
        for (int round = 0; round < KILLS_AMID_DELIVERIES; round++) {
            try (DeskProcess desk = DeskProcess.start(directory, "128m")) {
                List<Thread> senders = new ArrayList<>();
                AtomicInteger answered = new AtomicInteger();
                int killAfter = 5 + random.nextInt(60);
                for (int s = 0; s < 3; s++) {
                    String sender = "sender-" + s;
                    Thread thread = new Thread(() -> deliver(desk.client(), sender, next, answered), sender);
                    thread.start();
                    senders.add(thread);
                }
                Awaitility.await().atMost(GENEROUS).until(() -> answered.get() >= killAfter);
                desk.kill();
                for (Thread thread : senders) {
                    Awaitility.await().atMost(GENEROUS).until(() -> !thread.isAlive());
                }
            }
        }
        try (DeskProcess desk = DeskProcess.start(directory, "128m")) {
            DeskClient client = desk.client();
            next.forEach((sender, from) -> client.deliver("ping", sender + "/" + from, "{}"));
            List<String> stored = client.events(500, null).stream()
                    .map(event -> DeskClient.JSON
                            .readTree(event.data())
                            .get("delivery")
                            .asString())
                    .toList();
            assertThat(stored).as("seed=" + seed).doesNotHaveDuplicates();
            next.forEach((sender, upTo) -> {
                for (int i = 0; i <= upTo; i++) {
                    assertThat(stored).as("seed=" + seed).contains(sender + "/" + i);
                }
            });
        }
    }

    @Test
    void aSecondProcessIsRefused() throws Exception {
        try (DeskProcess first = DeskProcess.start(directory, "128m")) {
            assertThat(first.isAlive()).isTrue();
            try (DeskProcess second = DeskProcess.start(directory, "128m", "netbus.log.lock-wait=100ms")) {
                throw new AssertionError("two desks on one directory: port=" + second.port());
            } catch (AssertionError e) {
                assertThat(e)
                        .hasMessageContaining("APPLICATION FAILED TO START")
                        .hasMessageContaining(Files.exists(directory) ? directory.toString() : "")
                        .hasMessageNotContaining("\tat ");
            }
            assertThat(first.client().get("/tasks").statusCode()).isEqualTo(200);
        }
    }

    /** Sends one delivery after the other, each until it is answered; goes on where an earlier process was killed. */
    private static void deliver(DeskClient client, String sender, Map<String, Integer> next, AtomicInteger answered) {
        while (true) {
            int number;
            synchronized (next) {
                number = next.getOrDefault(sender, 0);
            }
            try {
                int status = client.deliver("ping", sender + "/" + number, "{\"n\":" + number + "}")
                        .statusCode();
                if (status != 202 && status != 200) {
                    return;
                }
            } catch (RuntimeException e) {
                return; // killed; the next process is sent the same again
            }
            synchronized (next) {
                next.put(sender, number + 1);
            }
            answered.incrementAndGet();
        }
    }

    /** Uploads from two threads until a random number of uploads is acknowledged, then kills amid the next ones. */
    private static Set<String> uploadUntilKilled(DeskProcess desk, Webhooks webhooks, Random random)
            throws InterruptedException {
        Set<String> acknowledged = Collections.synchronizedSet(new HashSet<>());
        int killAfter = 1 + random.nextInt(40);
        CountDownLatch killTime = new CountDownLatch(killAfter);
        List<Thread> uploaders = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread thread = new Thread(() -> upload(desk.client(), webhooks, acknowledged, killTime), "uploader-" + i);
            thread.start();
            uploaders.add(thread);
        }
        assertThat(killTime.await(GENEROUS.toSeconds(), TimeUnit.SECONDS))
                .as(desk.output())
                .isTrue();
        desk.kill();
        for (Thread thread : uploaders) {
            Awaitility.await().atMost(GENEROUS).until(() -> !thread.isAlive());
        }
        return acknowledged;
    }

    private static void upload(
            DeskClient client, Webhooks webhooks, Set<String> acknowledged, CountDownLatch killTime) {
        try {
            while (true) {
                List<String> lines;
                synchronized (webhooks) {
                    lines = webhooks.lines(25);
                }
                var response = client.uploadForced(lines);
                if (response.statusCode() != 200 || !response.body().contains("\"accepted\":25")) {
                    return;
                }
                acknowledged.addAll(lines);
                killTime.countDown();
            }
        } catch (RuntimeException e) {
            // killed: what is not acknowledged may be there or not
        }
    }

    private static void assertKept(DeskClient client, Set<String> acknowledged, String round) {
        List<DeskClient.Served> served = client.events(1000, null);
        List<String> events = served.stream().map(DeskClient.Served::data).toList();
        assertThat(events).as(round).doesNotHaveDuplicates();
        assertThat(new HashSet<>(events).containsAll(acknowledged)).as(round).isTrue();
        Map<Long, Webhooks.Expected> expected = Webhooks.fold(events);
        Awaitility.await(round)
                .atMost(GENEROUS)
                .untilAsserted(() -> assertThat(Webhooks.tasksOf(client)).isEqualTo(expected));
    }
}
