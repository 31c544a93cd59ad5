package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.netbus.cortex.fold.Outcome;
import io.netbus.cortex.tasks.Task;
import io.netbus.cortex.tasks.TaskChanges;
import io.netbus.cortex.tasks.TaskStatus;
import io.netbus.event.Event;
import io.netbus.event.StoredEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IssuesBridgeTests {

    private final Table tasks = new Table();
    private final IssuesBridge bridge = new IssuesBridge();

    @Test
    void anIssuesLifeIsATasksLife() {
        issue("opened", 1, "first");
        assertThat(tasks.texts()).containsExactly("1 first PENDING");
        issue("edited", 1, "renamed");
        assertThat(tasks.texts()).containsExactly("1 renamed PENDING");
        issue("closed", 1, "not taken over");
        assertThat(tasks.texts()).containsExactly("1 renamed COMPLETED");
        issue("labeled", 1, "taken over");
        assertThat(tasks.texts()).containsExactly("1 taken over COMPLETED");
        issue("reopened", 1, "again");
        assertThat(tasks.texts()).containsExactly("1 again PENDING");
        issue("transferred", 1, "again");
        assertThat(tasks.texts()).isEmpty();
    }

    @Test
    void anIssueNeverMetComesInPendingBeforeItsActionApplies() {
        issue("closed", 1, "a");
        issue("assigned", 2, "b");
        issue("deleted", 3, "c");
        issue("reopened", 4, "d");
        assertThat(tasks.texts()).containsExactly("1 a COMPLETED", "2 b PENDING", "4 d PENDING");
    }

    @Test
    void aDeletedIssueThatIsMetAgainStartsAnew() {
        issue("closed", 1, "old");
        issue("deleted", 1, "old");
        issue("labeled", 1, "new");
        assertThat(tasks.texts()).containsExactly("1 new PENDING");
    }

    @Test
    void whatDoesNotSayWhichIssueChangesNothing() {
        issue("opened", 1, "here");
        for (String data : List.of(
                "",
                "nope",
                "[1]",
                "{}",
                "{\"event\":\"issues\"}",
                "{\"event\":\"issues\",\"payload\":1}",
                "{\"event\":\"issues\",\"payload\":{\"action\":\"deleted\"}}",
                payload("\"issue\":null"),
                payload("\"issue\":[{\"id\":1}]"),
                payload("\"issue\":{\"id\":\"1\"}"),
                payload("\"issue\":{\"id\":1.0}"),
                payload("\"issue\":{\"id\":null}"),
                payload("\"issue\":{\"id\":9223372036854775808}"),
                payload("\"issue\":{\"id\":" + "9".repeat(900) + "}"),
                payload("\"issue\":{\"id\":1e999999999}"),
                payload("\"issue\":{\"id\":1},\"issue\":7"),
                "{\"event\":\"issue_comment\",\"payload\":{\"action\":\"deleted\",\"issue\":{\"id\":1}}}",
                "{\"event\":[\"issues\"],\"payload\":{\"action\":\"deleted\",\"issue\":{\"id\":1}}}")) {
            map(data);
        }
        assertThat(tasks.texts()).containsExactly("1 here PENDING");
    }

    @Test
    void anIdMayBeAnyNumberOf64Bits() {
        issue("opened", Long.MAX_VALUE, "most");
        issue("opened", Long.MIN_VALUE, "least");
        assertThat(tasks.texts())
                .containsExactly("-9223372036854775808 least PENDING", "9223372036854775807 most PENDING");
    }

    @Test
    void withoutATitleAnIssueIsUntitledOrKeepsItsOwn() {
        map(payload("\"issue\":{\"id\":1}"));
        map(payload("\"issue\":{\"id\":2,\"title\":\"\"}"));
        map(payload("\"issue\":{\"id\":3,\"title\":{\"a\":1}}"));
        issue("opened", 4, "own");
        map(payload("\"issue\":{\"id\":4,\"title\":7}"));
        assertThat(tasks.texts())
                .containsExactly(
                        "1 (untitled) PENDING", "2 (untitled) PENDING", "3 (untitled) PENDING", "4 own PENDING");
    }

    @Test
    void aTitleThatCannotBeOneIsMadeToFit() {
        issue("opened", 1, "x".repeat(1_000_000));
        issue("opened", 2, "\uD83D\uDE80".repeat(2000));
        map(payload("\"issue\":{\"id\":3,\"title\":\"half \\ud83d pair\"}"));
        assertThat(tasks.title(1)).isEqualTo("x".repeat(4096));
        assertThat(tasks.title(2)).isEqualTo("\uD83D\uDE80".repeat(1024));
        assertThat(tasks.title(3)).isEqualTo("half \uFFFD pair");
    }

    @Test
    void anOddActionIsLikeAnyOther() {
        map("{\"event\":\"issues\",\"payload\":{\"issue\":{\"id\":1,\"title\":\"a\"}}}");
        map("{\"event\":\"issues\",\"payload\":{\"action\":7,\"issue\":{\"id\":1,\"title\":\"b\"}}}");
        map("{\"payload\":{\"issue\":{\"title\":\"c\",\"id\":1},\"action\":\"CLOSED\"},\"event\":\"issues\"}");
        assertThat(tasks.texts()).containsExactly("1 c PENDING");
    }

    @Test
    void theLastOfTwoEqualKeysCounts() {
        map("{\"event\":\"ping\",\"payload\":{\"action\":\"opened\",\"action\":\"closed\","
                + "\"issue\":{\"id\":1,\"id\":2,\"title\":\"a\",\"title\":\"b\"}},\"event\":\"issues\"}");
        assertThat(tasks.texts()).containsExactly("2 b COMPLETED");
    }

    private void issue(String action, long id, String title) {
        map(Webhooks.issue(action, id, title));
    }

    private void map(String data) {
        bridge.map(new StoredEvent(0, 0, 0, Event.of(DeskClient.utf8(data))), tasks);
    }

    private static String payload(String members) {
        return "{\"event\":\"issues\",\"payload\":{\"action\":\"labeled\"," + members + "}}";
    }

    /** The tasks in a map. */
    private static final class Table implements TaskChanges {

        private final TreeMap<Long, Task> rows = new TreeMap<>();

        List<String> texts() {
            return rows.values().stream()
                    .map(task -> task.id() + " " + task.title() + " " + task.status())
                    .toList();
        }

        @Nullable
        String title(long id) {
            return findById(id).map(Task::title).orElse(null);
        }

        @Override
        public Optional<Task> findById(long id) {
            return Optional.ofNullable(rows.get(id));
        }

        @Override
        public Outcome create(long id, String title) {
            Task added = new Task(id, title, TaskStatus.PENDING, Instant.EPOCH, Instant.EPOCH);
            return rows.putIfAbsent(id, added) == null ? Outcome.APPLIED : Outcome.REJECTED;
        }

        @Override
        public Outcome rename(long id, String title) {
            return replace(id, title, null);
        }

        @Override
        public Outcome complete(long id) {
            return replace(id, null, TaskStatus.COMPLETED);
        }

        @Override
        public Outcome reopen(long id) {
            return replace(id, null, TaskStatus.PENDING);
        }

        @Override
        public Outcome delete(long id) {
            return rows.remove(id) == null ? Outcome.REJECTED : Outcome.APPLIED;
        }

        private Outcome replace(long id, @Nullable String title, @Nullable TaskStatus status) {
            Task old = rows.get(id);
            if (old == null) {
                return Outcome.REJECTED;
            }
            rows.put(
                    id,
                    new Task(
                            id,
                            title == null ? old.title() : title,
                            status == null ? old.status() : status,
                            old.createdAt(),
                            old.updatedAt()));
            return Outcome.APPLIED;
        }
    }
}
