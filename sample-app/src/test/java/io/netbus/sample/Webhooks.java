package io.netbus.sample;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/** Webhooks as GitHub sends them, made up from a seed, and what the desk should make of them, worked out apart. */
final class Webhooks {

    private static final List<String> REPOSITORIES =
            List.of("octo/harbour", "octo/lantern", "zoë/büchersammlung", "本/棚", "example/with.dots_and-dashes");
    private static final List<String> ISSUE_ACTIONS = List.of(
            "opened", "edited", "closed", "reopened", "labeled", "assigned", "deleted", "transferred", "pinned");
    private static final List<String> TITLES = List.of(
            "Crash at start",
            "Ünïcode \\u00e9 and \\\"quotes\\\"",
            "Emoji \uD83D\uDE80 in the title",
            "<script>alert(1)</script>",
            "Tabs\\tand\\nlines");

    private final Random random;
    private long number;

    Webhooks(long seed) {
        random = new Random(seed);
    }

    /** A task as far as events decide it. */
    record Expected(String title, String status) {}

    List<String> lines(int count) {
        List<String> lines = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            lines.add(line());
        }
        return lines;
    }

    /** One line of an upload, unlike any before. */
    String line() {
        String kind = switch (random.nextInt(10)) {
            case 0 -> "push";
            case 1 -> "ping";
            case 2 -> "pull_request";
            default -> "issues";
        };
        return "{\"event\":\"" + kind + "\",\"example\":\"made." + number + "\",\"payload\":" + payload(kind) + "}";
    }

    String payload(String kind) {
        int issue = random.nextInt(40);
        String repository = REPOSITORIES.get(issue % REPOSITORIES.size());
        String about = switch (kind) {
            case "issues" ->
                "\"action\":\"" + pick(ISSUE_ACTIONS) + "\",\"issue\":{\"url\":\"https://example.org/"
                        + issue + "\",\"id\":" + (9_007_199_254_740_993L + issue) + ",\"number\":" + issue
                        + ",\"title\":\"" + pick(TITLES) + "\",\"user\":{\"login\":\"ada\",\"id\":1}"
                        + ",\"labels\":[{\"id\":2,\"name\":\"bug\"}],\"body\":null},";
            case "pull_request" ->
                "\"action\":\"opened\",\"number\":" + issue + ",\"pull_request\":{\"id\":7,\"title\":\"x\"},";
            case "push" -> "\"ref\":\"refs/heads/main\",\"commits\":[],\"size\":1.50e2,";
            default -> "\"zen\":\"Keep it logically awesome.\",";
        };
        boolean hasRepository = !kind.equals("ping");
        return "{" + about + "\"made\":" + number++
                + (hasRepository
                        ? ",\"repository\":{\"id\":1,\"full_name\":\"" + repository + "\",\"private\":false}"
                        : "")
                + ",\"sender\":{\"login\":\"" + "x".repeat(random.nextInt(200)) + "\"}}";
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** What the tasks are after these events, in their order. */
    static Map<Long, Expected> fold(List<String> events) {
        Map<Long, Expected> tasks = new LinkedHashMap<>();
        for (String event : events) {
            JsonNode root = DeskClient.JSON.readTree(event);
            if (!root.path("event").asString("").equals("issues")) {
                continue;
            }
            JsonNode issue = root.path("payload").path("issue");
            long id = issue.get("id").asLong();
            String title = issue.get("title").asString();
            Expected old = tasks.getOrDefault(id, new Expected(title, "pending"));
            switch (root.path("payload").path("action").asString("")) {
                case "opened", "reopened" -> tasks.put(id, new Expected(title, "pending"));
                case "closed" -> tasks.put(id, new Expected(old.title(), "completed"));
                case "deleted", "transferred" -> tasks.remove(id);
                default -> tasks.put(id, new Expected(title, old.status()));
            }
        }
        return tasks;
    }

    /** The tasks a desk lists, in the same form. */
    static Map<Long, Expected> tasksOf(DeskClient desk) {
        Map<Long, Expected> tasks = new LinkedHashMap<>();
        for (JsonNode task : desk.tasks("?limit=1000")) {
            tasks.put(
                    task.get("id").asLong(),
                    new Expected(
                            task.get("title").asString(), task.get("status").asString()));
        }
        return tasks;
    }

    /** The number that no two events share. */
    static long numberOf(String event) {
        return DeskClient.JSON.readTree(event).path("payload").path("made").asLong(-1);
    }

    /** One issue event. */
    static String issue(String action, long id, String title) {
        return "{\"event\":\"issues\",\"payload\":{\"action\":\"" + action + "\",\"issue\":{\"id\":" + id
                + ",\"title\":" + DeskClient.JSON.writeValueAsString(title)
                + "},\"repository\":{\"full_name\":\"octo/harbour\"}}}";
    }
}
