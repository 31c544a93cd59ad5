package io.netbus.sample;

import io.netbus.cortex.tasks.TaskChanges;
import io.netbus.cortex.tasks.TasksBridge;
import io.netbus.event.StoredEvent;
import org.springframework.stereotype.Component;

/**
 * Makes tasks of issues: an issue that is not in the table comes in as a pending task, then its action applies. An event
 * that does not say which issue it is about changes nothing.
 */
@Component
final class IssuesBridge implements TasksBridge {

    static final String NAME = "issues";

    /** The title of an issue that was never met with one. */
    static final String UNTITLED = "(untitled)";

    private final JsonText json = new JsonText(); // used by the bridge's thread

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void map(StoredEvent event, TaskChanges tasks) {
        IssueEvent issue = IssueEvent.read(event.event().toByteArray(), json);
        if (issue != null) {
            apply(issue, tasks);
        }
    }

    private static void apply(IssueEvent issue, TaskChanges tasks) {
        switch (issue.action()) {
            case "deleted", "transferred" -> tasks.delete(issue.id());
            case "closed" -> {
                meet(issue, tasks);
                tasks.complete(issue.id());
            }
            case "opened", "reopened" -> {
                meet(issue, tasks);
                tasks.reopen(issue.id());
                takeTitle(issue, tasks);
            }
            default -> { // "edited", and all that may come with another title
                meet(issue, tasks);
                takeTitle(issue, tasks);
            }
        }
    }

    /** Rejected, and nothing changed, if there is such a task. */
    private static void meet(IssueEvent issue, TaskChanges tasks) {
        tasks.create(issue.id(), issue.title() == null ? UNTITLED : issue.title());
    }

    private static void takeTitle(IssueEvent issue, TaskChanges tasks) {
        if (issue.title() != null) {
            tasks.rename(issue.id(), issue.title());
        }
    }
}
