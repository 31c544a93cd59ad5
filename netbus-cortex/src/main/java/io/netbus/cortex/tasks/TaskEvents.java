package io.netbus.cortex.tasks;

import io.netbus.cortex.envelope.ModelEvent;
import io.netbus.cortex.fold.Model;
import io.netbus.cortex.fold.Recorded;
import io.netbus.cortex.fold.Rows;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Task events as they are stored, and the model that folds them.
 * <pre>
 * type             schema  body
 * task.created          1  {"id": integer, "title": text}
 * task.renamed          1  {"id": integer, "title": text}
 * task.completed        1  {"id": integer}
 * task.reopened         1  {"id": integer}
 * task.deleted          1  {"id": integer}
 * </pre>
 * Times are not in the body: an event happened when its record was written. Unknown fields are skipped.
 */
final class TaskEvents {

    private static final String CREATED = "task.created";
    private static final String RENAMED = "task.renamed";
    private static final String COMPLETED = "task.completed";
    private static final String REOPENED = "task.reopened";
    private static final String DELETED = "task.deleted";
    private static final int SCHEMA = 1;

    private static final String ID = "id";
    private static final String TITLE = "title";
    private static final int HEAD_BYTES = 64;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final JsonFactory JSON = new JsonFactory();

    private TaskEvents() {}

    static Model<Rows<Task>> model(String name) {
        Model.Builder<Rows<Task>> model = Model.named(name, Rows.empty(), Rows::size);
        for (String type : new String[] {CREATED, RENAMED, COMPLETED, REOPENED, DELETED}) {
            model.on(type, SCHEMA, TaskEvents::fold);
        }
        return model.build();
    }

    static Instant at(long timestampNanos) {
        return Instant.ofEpochSecond(
                Math.floorDiv(timestampNanos, NANOS_PER_SECOND), Math.floorMod(timestampNanos, NANOS_PER_SECOND));
    }

    static ModelEvent encode(TaskEvent event) {
        if (event instanceof TaskEvent.Created created) {
            return new ModelEvent(CREATED, SCHEMA, body(created.id(), created.title()));
        } else if (event instanceof TaskEvent.Renamed renamed) {
            return new ModelEvent(RENAMED, SCHEMA, body(renamed.id(), renamed.title()));
        } else if (event instanceof TaskEvent.Completed) {
            return new ModelEvent(COMPLETED, SCHEMA, body(event.id(), null));
        } else if (event instanceof TaskEvent.Reopened) {
            return new ModelEvent(REOPENED, SCHEMA, body(event.id(), null));
        }
        return new ModelEvent(DELETED, SCHEMA, body(event.id(), null));
    }

    static TaskEvent decode(ModelEvent event) {
        Long id = null;
        String title = null;
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), event.body())) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("body is not a JSON object");
            }
            for (String field = json.nextName(); field != null; field = json.nextName()) {
                JsonToken value = json.nextToken();
                if (field.equals(ID) && value == JsonToken.VALUE_NUMBER_INT) {
                    id = json.getLongValue();
                } else if (field.equals(TITLE) && value == JsonToken.VALUE_STRING) {
                    title = json.getString();
                } else {
                    json.skipChildren();
                }
            }
        }
        if (id == null) {
            throw missing(event, ID);
        }
        return switch (event.type()) {
            case CREATED -> new TaskEvent.Created(id, required(event, title));
            case RENAMED -> new TaskEvent.Renamed(id, required(event, title));
            case COMPLETED -> new TaskEvent.Completed(id);
            case REOPENED -> new TaskEvent.Reopened(id);
            case DELETED -> new TaskEvent.Deleted(id);
            default -> throw new IllegalArgumentException("not a task's event: type=" + event.type());
        };
    }

    private static Rows<Task> fold(Rows<Task> rows, Recorded recorded) {
        return decode(recorded.event()).applyTo(rows, at(recorded.timestampNanos()));
    }

    private static byte[] body(long id, @Nullable String title) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(HEAD_BYTES + (title == null ? 0 : title.length()));
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject().writeNumberProperty(ID, id);
            if (title != null) {
                json.writeStringProperty(TITLE, title);
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static String required(ModelEvent event, @Nullable String title) {
        if (title == null) {
            throw missing(event, TITLE);
        }
        return title;
    }

    private static IllegalArgumentException missing(ModelEvent event, String field) {
        return new IllegalArgumentException("event lacks a field: type=" + event.type() + ", field=" + field);
    }
}
