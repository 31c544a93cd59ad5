package io.netbus.sample;

import io.netbus.cortex.query.Direction;
import io.netbus.cortex.tasks.Task;
import io.netbus.cortex.tasks.TaskOrder;
import io.netbus.cortex.tasks.TaskQuery;
import io.netbus.cortex.tasks.TaskStatus;
import io.netbus.cortex.tasks.TasksRepository;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;

/** The issues as tasks: asked for once, or watched. */
@RestController
final class TasksController {

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;
    private static final int MAX_TITLE = 200;
    private static final String[] PARAMETERS = {"status", "title", "order", "limit"};
    private static final String ORDERS = "id, created or updated, alone or followed by ,asc or ,desc";

    private final TasksRepository tasks;
    private final JsonMapper json;

    TasksController(TasksRepository tasks, JsonMapper json) {
        this.tasks = tasks;
        this.json = json;
    }

    record TaskJson(long id, String title, String status, String createdAt, String updatedAt) {

        private static TaskJson of(Task task) {
            return new TaskJson(
                    task.id(),
                    task.title(),
                    Parameters.lower(task.status()),
                    EventJson.timestamp(task.createdAt()),
                    EventJson.timestamp(task.updatedAt()));
        }
    }

    record TasksJson(List<TaskJson> tasks) {

        private static TasksJson of(List<Task> tasks) {
            return new TasksJson(tasks.stream().map(TaskJson::of).toList());
        }
    }

    @GetMapping(path = "/tasks", produces = MediaType.APPLICATION_JSON_VALUE)
    TasksJson find(
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String title,
            @RequestParam(required = false) @Nullable String order,
            @RequestParam(required = false) @Nullable String limit,
            HttpServletRequest asked) {
        Parameters.requireOnly(asked, PARAMETERS);
        return TasksJson.of(tasks.find(query(status, title, order, limit)));
    }

    @GetMapping(path = "/tasks/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    TaskJson findById(@PathVariable String id) {
        long number;
        try {
            number = Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw DeskProblem.badParameter("id", id, "a whole number of 64 bits");
        }
        return tasks.findById(number)
                .map(TaskJson::of)
                .orElseThrow(() -> DeskProblem.of(HttpStatus.NOT_FOUND, "There is no task of this id: id=" + number));
    }

    /** The same answer as {@link #find}, now and after each change to it; a slow client gets the newest and skips. */
    @GetMapping(path = "/tasks/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<String>> watch(
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String title,
            @RequestParam(required = false) @Nullable String order,
            @RequestParam(required = false) @Nullable String limit,
            HttpServletRequest asked) {
        Parameters.requireOnly(asked, PARAMETERS);
        return Sse.withHeartbeat(tasks.watch(query(status, title, order, limit))
                .map(found -> json.writeValueAsString(TasksJson.of(found)))
                .map(text -> ServerSentEvent.builder(text).build()));
    }

    private static TaskQuery query(
            @Nullable String status, @Nullable String title, @Nullable String order, @Nullable String limit) {
        TaskQuery query = TaskQuery.all()
                .status(Parameters.oneOf("status", status, TaskStatus.class))
                .limit(Parameters.limit(limit, DEFAULT_LIMIT, MAX_LIMIT));
        if (title != null) {
            if (title.length() > MAX_TITLE) {
                throw DeskProblem.badParameter("title", title, "at most " + MAX_TITLE + " characters");
            }
            query = query.titleContains(title);
        }
        return order == null ? query : ordered(query, order);
    }

    private static TaskQuery ordered(TaskQuery query, String order) {
        return switch (order) {
            case "id", "id,asc" -> query.orderBy(TaskOrder.ID, Direction.ASC);
            case "id,desc" -> query.orderBy(TaskOrder.ID, Direction.DESC);
            case "created", "created,asc" -> query.orderBy(TaskOrder.CREATED, Direction.ASC);
            case "created,desc" -> query.orderBy(TaskOrder.CREATED, Direction.DESC);
            case "updated", "updated,asc" -> query.orderBy(TaskOrder.UPDATED, Direction.ASC);
            case "updated,desc" -> query.orderBy(TaskOrder.UPDATED, Direction.DESC);
            default -> throw DeskProblem.badParameter("order", order, ORDERS);
        };
    }
}
